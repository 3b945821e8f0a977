import type { ExecutionNode } from '@tracelab/tracing';

/** A call that its author described, and the described calls inside it. */
export interface DescribedCall {
  readonly node: ExecutionNode;
  readonly description: string;
  /** From 1, in the order of the calls. */
  readonly order: number;
  readonly children: readonly DescribedCall[];
}

/**
 * The described calls among these spans. Spans without a description (queries, framework) are looked through: what is
 * below them counts as the caller's own.
 */
export function describedCalls(nodes: readonly ExecutionNode[]): DescribedCall[] {
  const orders = new Map(ordersOf(nodes).map((order, index) => [order, index + 1]));
  return callsAmong(nodes, orders);
}

const ordersOf = (nodes: readonly ExecutionNode[]): number[] =>
  nodes
    .flatMap(node => [...(node.description === undefined ? [] : [node.order]), ...ordersOf(node.children)])
    .sort((a, b) => a - b);

function callsAmong(nodes: readonly ExecutionNode[], orders: ReadonlyMap<number, number>): DescribedCall[] {
  return nodes.flatMap(node => {
    const below = callsAmong(node.children, orders);
    const { description } = node;
    if (description === undefined) return below;
    return [{ node, description, order: orders.get(node.order) ?? 0, children: below }];
  });
}
