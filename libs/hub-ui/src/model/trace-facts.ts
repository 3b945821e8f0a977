import {
  criticalPath,
  criticalTimeNs,
  type Finding,
  type PathSection,
  type SpanNode,
  type Trace,
  TRACE_FAULTS,
} from '@tracelab/trace-model';

/** What the screens need to know of a trace beside its spans, worked out once. */
export interface TraceFacts {
  readonly trace: Trace;
  readonly byId: ReadonlyMap<string, SpanNode>;
  readonly pathSections: ReadonlyMap<SpanNode, readonly PathSection[]>;
  readonly pathNs: ReadonlyMap<SpanNode, number>;
  /** By how many spans they have, the most first. */
  readonly services: readonly string[];
  readonly errorCount: number;
  readonly startMs: number;
  readonly title: string;
}

export function traceFacts(trace: Trace): TraceFacts {
  const sections = criticalPath(trace);
  const { nodes, roots } = trace;
  const services = Map.groupBy(nodes, ({ span }) => span.service);
  return {
    trace,
    byId: new Map(nodes.map(node => [node.span.spanId, node])),
    pathSections: Map.groupBy(sections, ({ node }) => node),
    pathNs: criticalTimeNs(sections),
    services: [...services].sort(([, left], [, right]) => right.length - left.length).map(([name]) => name),
    errorCount: nodes.filter(isError).length,
    startMs: Number(trace.startNs / 1000n) / 1000,
    // As the list names it: a span that misses its parent stands in only where there is no root.
    title: (roots.find(({ isOrphan }) => !isOrphan) ?? roots[0])?.span.name ?? 'Empty trace',
  };
}

export const isError = ({ span }: SpanNode): boolean => span.status.code === 'error';

/** A finding in words: what is wrong, and what to do about it. */
export const findingWords = ({ fault, detail }: Finding) => ({ ...TRACE_FAULTS[fault], detail });
