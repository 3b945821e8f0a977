import { compareTraces, criticalPath, criticalTimeNs, type PathDifference, type Trace } from '@tracelab/trace-model';

/** What a service, or one of its steps, contributes to how long a trace took. */
export interface PathShare {
  readonly service: string;
  readonly step: string;
  readonly ms: number;
  /** Of the whole critical path, 0 to 1. */
  readonly share: number;
}

/** One span as a bar. Times are since the trace's start. */
export interface WaterfallRow {
  readonly depth: number;
  readonly service: string;
  readonly name: string;
  readonly startMs: number;
  readonly ms: number;
  readonly isError: boolean;
  /** The stretches in which this span decided the trace's duration. */
  readonly criticalMs: readonly (readonly [from: number, to: number])[];
}

export interface TraceExplanation {
  readonly durationMs: number;
  readonly spanCount: number;
  /** By time on the critical path, the longest first; `step` is empty. */
  readonly services: readonly PathShare[];
  readonly steps: readonly PathShare[];
  /** The first spans of the trace, depth first. */
  readonly waterfall: readonly WaterfallRow[];
}

/** Where a slower trace spends its time that a usual one of its route does not. */
export interface Growth {
  readonly service: string;
  readonly step: string;
  readonly beforeMs: number;
  readonly afterMs: number;
  /** By how much its own time grew, children left out. */
  readonly grewMs: number;
  readonly beforeCount: number;
  readonly afterCount: number;
}

export interface TraceDifference {
  /** Steps that only the slower trace has. */
  readonly added: readonly Growth[];
  readonly grew: readonly Growth[];
  /** Steps that only the usual trace has: it came further, or another way. */
  readonly missing: readonly Growth[];
}

const NS_PER_MS = 1e6;
const MAX_ROWS = 60;
const MAX_GROWTHS = 8;
const LEAST_GROWTH_MS = 1;

/** The critical path by service and by step, and the picture of it. */
export function explainTrace(trace: Trace): TraceExplanation {
  const sections = criticalPath(trace);
  const totalMs = sections.reduce((sum, { startNs, endNs }) => sum + endNs - startNs, 0) / NS_PER_MS;
  const bySpan = [...criticalTimeNs(sections)].map(([{ span }, ns]) => ({ span, ms: ns / NS_PER_MS }));
  const sharesBy = (stepOf: (each: (typeof bySpan)[number]) => string): PathShare[] => {
    const groups = Map.groupBy(bySpan, each => JSON.stringify([each.span.service, stepOf(each)]));
    const shares = [...groups.values()].map(group => {
      const ms = group.reduce((sum, each) => sum + each.ms, 0);
      const [first] = group;
      return { service: first?.span.service ?? '', step: first ? stepOf(first) : '', ms, share: ms / (totalMs || 1) };
    });
    return shares.sort((left, right) => right.ms - left.ms);
  };
  return {
    durationMs: trace.durationNs / NS_PER_MS,
    spanCount: trace.nodes.length,
    services: sharesBy(() => ''),
    steps: sharesBy(({ span }) => span.name),
    waterfall: waterfallOf(trace, sections),
  };
}

function waterfallOf(trace: Trace, sections: ReturnType<typeof criticalPath>): WaterfallRow[] {
  const ofNode = Map.groupBy(sections, ({ node }) => node);
  return trace.nodes.slice(0, MAX_ROWS).map(node => ({
    depth: node.depth,
    service: node.span.service,
    name: node.span.name,
    startMs: node.startNs / NS_PER_MS,
    ms: (node.endNs - node.startNs) / NS_PER_MS,
    isError: node.span.status.code === 'error',
    criticalMs: (ofNode.get(node) ?? []).map(({ startNs, endNs }) => [startNs / NS_PER_MS, endNs / NS_PER_MS] as const),
  }));
}

/** What the slower of two traces does that the usual one does not, what it loses most time with first. */
export function explainDifference(usual: Trace, slower: Trace): TraceDifference {
  const paths = compareTraces(usual, slower);
  const among = (isWanted: (each: PathDifference) => boolean) =>
    paths
      .filter(isWanted)
      .map(growthOf)
      .sort((left, right) => Math.abs(right.grewMs) - Math.abs(left.grewMs))
      .slice(0, MAX_GROWTHS);
  return {
    added: among(({ before }) => before.count === 0),
    grew: among(({ before, after }) => before.count > 0 && after.count > 0).filter(
      ({ grewMs }) => grewMs >= LEAST_GROWTH_MS,
    ),
    missing: among(({ after }) => after.count === 0),
  };
}

function growthOf({ path, before, after }: PathDifference): Growth {
  const [service = '', ...name] = (path.at(-1) ?? '').split(': ');
  return {
    service,
    step: name.join(': '),
    beforeMs: before.durationNs / NS_PER_MS,
    afterMs: after.durationNs / NS_PER_MS,
    grewMs: (after.selfNs - before.selfNs) / NS_PER_MS,
    beforeCount: before.count,
    afterCount: after.count,
  };
}
