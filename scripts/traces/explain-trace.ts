import {
  compareTraces,
  criticalPath,
  criticalTimeNs,
  type PathDifference,
  type PathSection,
  type SpanNode,
  type Trace,
} from '@tracelab/trace-model';

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
  /** How many rows the whole trace would have. */
  readonly rowCount: number;
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
  const bySpan = [...criticalTimeNs(sections)].map(([node, ns]) => ({ node, ms: ns / NS_PER_MS }));
  const sharesBy = (stepOf: (each: (typeof bySpan)[number]) => string): PathShare[] => {
    const groups = Map.groupBy(bySpan, each => JSON.stringify([each.node.span.service, stepOf(each)]));
    const shares = [...groups.values()].map(group => {
      const ms = group.reduce((sum, each) => sum + each.ms, 0);
      const [first] = group;
      return {
        service: first?.node.span.service ?? '',
        step: first ? stepOf(first) : '',
        ms,
        share: ms / (totalMs || 1),
      };
    });
    return shares.sort((left, right) => right.ms - left.ms);
  };
  return {
    durationMs: trace.durationNs / NS_PER_MS,
    spanCount: trace.nodes.length,
    services: sharesBy(() => ''),
    steps: sharesBy(({ node }) => stepName(node)),
    ...waterfallOf(trace, sections),
  };
}

/** The server's span that answers a client's; both tell of one call. */
function calleeOf({ span, children }: SpanNode): SpanNode | undefined {
  return span.kind === 'client' ? children.find(child => child.span.kind === 'server') : undefined;
}

// A client's span is named by its method alone.
function stepName(node: SpanNode): string {
  const callee = calleeOf(node);
  return callee === undefined ? node.span.name : callTo(callee.span.service, callee.span.name);
}

const callTo = (service: string, name: string): string => `call of ${service}: ${name}`;

function waterfallOf(trace: Trace, sections: readonly PathSection[]): Pick<TraceExplanation, 'waterfall' | 'rowCount'> {
  const criticalOf = Map.groupBy(sections, ({ node }) => node);
  const calls = callsOf(trace);
  const rows = calls.slice(0, MAX_ROWS).map(({ node, shown, depth }) => ({
    depth,
    service: shown.span.service,
    name: shown.span.name,
    startMs: node.startNs / NS_PER_MS,
    ms: (node.endNs - node.startNs) / NS_PER_MS,
    isError: shown.span.status.code === 'error',
    criticalMs: [...new Set([node, shown])]
      .flatMap(side => criticalOf.get(side) ?? [])
      .map(({ startNs, endNs }) => [startNs / NS_PER_MS, endNs / NS_PER_MS] as const),
  }));
  return { waterfall: rows, rowCount: calls.length };
}

interface Call {
  readonly node: SpanNode;
  /** The callee where the node is the caller's side of a call: one row for both, as long as the caller waited. */
  readonly shown: SpanNode;
  readonly depth: number;
}

function callsOf(trace: Trace): Call[] {
  const calls: Call[] = [];
  const pending = trace.roots.map((node): [SpanNode, number] => [node, 0]).reverse();
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [node, depth] = next;
    const shown = calleeOf(node) ?? node;
    calls.push({ node, shown, depth });
    for (const child of shown.children.toReversed()) pending.push([child, depth + 1]);
  }
  return calls;
}

/** What the slower of two traces does that the usual one does not, what it loses most time with first. */
export function explainDifference(usual: Trace, slower: Trace): TraceDifference {
  const paths = compareTraces(usual, slower);
  const calls = callsIn(paths);
  const among = (isWanted: (each: PathDifference) => boolean) =>
    paths
      .filter(isWanted)
      .map(each => growthOf(each, calls))
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

const keyOf = (path: readonly string[]): string => path.join('\n');

/** The names of steps that wait for another service: by the step's path, what they call there. */
function callsIn(paths: readonly PathDifference[]): ReadonlyMap<string, string> {
  const calls = new Map<string, string>();
  for (const { path } of paths) {
    const [caller, callee] = path.slice(-2).map(partsOf);
    // A step with a name of its own keeps it; a client's span has but its method.
    if (caller === undefined || callee === undefined || !/^[A-Z]+$/.test(caller.step)) continue;
    if (caller.service === callee.service) continue;
    calls.set(keyOf(path.slice(0, -1)), callTo(callee.service, callee.step));
  }
  return calls;
}

function growthOf({ path, before, after }: PathDifference, calls: ReadonlyMap<string, string>): Growth {
  const { service, step } = partsOf(path.at(-1) ?? '');
  return {
    service,
    step: calls.get(keyOf(path)) ?? step,
    beforeMs: before.durationNs / NS_PER_MS,
    afterMs: after.durationNs / NS_PER_MS,
    grewMs: (after.selfNs - before.selfNs) / NS_PER_MS,
    beforeCount: before.count,
    afterCount: after.count,
  };
}

function partsOf(step: string): { readonly service: string; readonly step: string } {
  const [service = '', ...name] = step.split(': ');
  return { service, step: name.join(': ') };
}
