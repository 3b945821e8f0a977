import { setTimeout as sleep } from 'node:timers/promises';
import { spansFromOtlp, type OtlpTraces, type Trace, traceTree } from '@tracelab/trace-model';

export interface Addresses {
  readonly gatewayUrl: string;
  /** Of the query API: the hub's or Jaeger's, which answer alike. */
  readonly queryUrl: string;
}

/** A request that every service works on, and the id of its trace. A declined payment is an answer like any other. */
export async function requestFlow({ gatewayUrl }: Addresses): Promise<string> {
  const response = await fetch(`${gatewayUrl}/demo/full-flow/1`, { signal: AbortSignal.timeout(15_000) });
  await response.body?.cancel();
  const traceId = response.headers.get('traceresponse')?.split('-')[1];
  if (traceId === undefined) throw new Error('The gateway answered without a traceresponse header: is tracing off?');
  return traceId;
}

// Every process sends at least this often, so what has not come by then is not on its way.
const QUIET_MS = 1_300;

export interface Completeness {
  readonly limitMs?: number;
  /** Waited for beside the root: a service whose last export failed tries again in its own time. */
  readonly services?: readonly string[];
}

export interface ReadTrace {
  readonly trace: Trace | undefined;
  /** False when the time was up before all of it had arrived. */
  readonly isWhole: boolean;
}

/** Reads a trace once all of it has arrived: each process sends its part in its own time. */
export async function completeTrace(
  traceId: string,
  queryUrl: string,
  { limitMs = 15_000, services = [] }: Completeness = {},
): Promise<ReadTrace> {
  const end = performance.now() + limitMs;
  let trace: Trace | undefined;
  let seen = { spans: 0, atMs: performance.now() };
  while (performance.now() < end) {
    trace = (await readTrace(traceId, queryUrl)) ?? trace;
    const spans = trace?.nodes.length ?? 0;
    if (spans !== seen.spans) seen = { spans, atMs: performance.now() };
    const isWhole = reaches(trace, services) && performance.now() - seen.atMs > QUIET_MS;
    if (isWhole) return { trace, isWhole };
    await sleep(150);
  }
  return { trace, isWhole: false };
}

function reaches(trace: Trace | undefined, services: readonly string[]): boolean {
  if (trace?.roots.length !== 1 || trace.roots[0]?.isOrphan !== false) return false;
  const seen = new Set(trace.nodes.map(({ span }) => span.service));
  return services.every(service => seen.has(service));
}

async function readTrace(traceId: string, queryUrl: string): Promise<Trace | undefined> {
  const url = `${queryUrl}/api/v3/traces/${traceId}`;
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
  if (response?.ok !== true) return undefined;
  const { result } = (await response.json()) as { result?: OtlpTraces };
  const spans = result ? spansFromOtlp(result) : [];
  return spans.length === 0 ? undefined : traceTree(spans);
}
