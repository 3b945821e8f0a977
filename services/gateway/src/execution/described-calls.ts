import type { ExecutionNode, ExecutionTree } from '@tracelab/tracing';

/** A call that its author described, and the described calls inside it. */
export interface DescribedCall {
  readonly node: ExecutionNode;
  readonly description: string;
  /** From 1, in the order of the calls. */
  readonly order: number;
  readonly children: readonly DescribedCall[];
}

/**
 * The described calls below the span of that id. Spans without a description (queries, framework) are looked through: what
 * is below them counts as the caller's own.
 */
export function describedCalls({ roots }: ExecutionTree, spanId: string | undefined): DescribedCall[] {
  const found = find(roots, spanId);
  if (found === undefined) return [];
  const orders = new Map(ordersBelow(found).map((order, index) => [order, index + 1]));
  return callsBelow(found, orders);
}

function find(nodes: readonly ExecutionNode[], spanId: string | undefined): ExecutionNode | undefined {
  for (const node of nodes) {
    const found = node.spanId === spanId ? node : find(node.children, spanId);
    if (found !== undefined) return found;
  }
  return undefined;
}

const ordersBelow = ({ children }: ExecutionNode): number[] =>
  children
    .flatMap(child => [...(child.description === undefined ? [] : [child.order]), ...ordersBelow(child)])
    .sort((a, b) => a - b);

function callsBelow({ children }: ExecutionNode, orders: ReadonlyMap<number, number>): DescribedCall[] {
  return children.flatMap(node => {
    const below = callsBelow(node, orders);
    const { description } = node;
    if (description === undefined) return below;
    return [{ node, description, order: orders.get(node.order) ?? 0, children: below }];
  });
}
