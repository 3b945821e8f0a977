import { attributeOf, selfTimeNs, type SpanNode, stepOf, textOf, type Trace } from '@tracelab/trace-model';

/** What the spans of a group have in common. */
export const GROUPINGS = ['operation', 'service', 'kind'] as const;
export type Grouping = (typeof GROUPINGS)[number] | { readonly attribute: string };

export interface SpanGroup {
  readonly name: string;
  readonly service: string;
  readonly count: number;
  readonly errorCount: number;
  readonly totalNs: number;
  readonly selfNs: number;
  readonly meanNs: number;
  readonly p95Ns: number;
  readonly longestNs: number;
  /** Of the critical path. */
  readonly pathNs: number;
  readonly slowest: SpanNode;
}

/** Statistics of the trace's spans by group, the most self time first. Spans without the attribute are left out. */
export function spanGroups(trace: Trace, grouping: Grouping, pathNs: ReadonlyMap<SpanNode, number>): SpanGroup[] {
  const nameOf = namer(grouping);
  const groups = Map.groupBy(trace.nodes, node => nameOf(node) ?? '');
  if (typeof grouping === 'object') groups.delete('');
  return [...groups]
    .map(([name, nodes]) => groupOf(name, nodes, pathNs))
    .sort((left, right) => right.selfNs - left.selfNs);
}

function namer(grouping: Grouping): (node: SpanNode) => string | undefined {
  if (grouping === 'operation') return stepOf;
  if (grouping === 'service') return ({ span }) => span.service;
  if (grouping === 'kind') return ({ span }) => span.kind;
  return ({ span }) => {
    const value = attributeOf(span.attributes, grouping.attribute);
    return value === undefined ? undefined : textOf(value);
  };
}

function groupOf(name: string, nodes: readonly SpanNode[], pathNs: ReadonlyMap<SpanNode, number>): SpanGroup {
  const durations = Float64Array.from(nodes, durationOf).sort();
  const totalNs = durations.reduce((sum, duration) => sum + duration, 0);
  const [first] = nodes as [SpanNode, ...SpanNode[]];
  return {
    name,
    service: first.span.service,
    count: nodes.length,
    errorCount: nodes.filter(({ span }) => span.status.code === 'error').length,
    totalNs,
    selfNs: nodes.reduce((sum, node) => sum + selfTimeNs(node), 0),
    meanNs: totalNs / nodes.length,
    p95Ns: durations[Math.ceil(0.95 * durations.length) - 1] ?? 0,
    longestNs: durations.at(-1) ?? 0,
    pathNs: nodes.reduce((sum, node) => sum + (pathNs.get(node) ?? 0), 0),
    slowest: nodes.reduce((most, node) => (durationOf(node) > durationOf(most) ? node : most), first),
  };
}

export const durationOf = (node: SpanNode): number => node.endNs - node.startNs;
