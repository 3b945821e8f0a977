import { JaegerNames, JaegerTraces } from '@tracelab/contracts/trace-query';
import { type Trace, traceTree } from '@tracelab/trace-model';
import { setTimeout as sleep } from 'node:timers/promises';
import { spansFromJaeger } from './spans-from-jaeger.ts';

/** What was read back, or why nothing was. */
export type TracesRead =
  | { readonly state: 'read'; readonly traces: ReadonlyMap<string, Trace> }
  | { readonly state: 'unreadable'; readonly reason: string };

export interface TraceReaderOptions {
  /** Longer than services keep finished spans back, one second by default. */
  readonly settleMs?: number;
  /** What is not there by then counts as lost. */
  readonly limitMs?: number;
}

const REQUEST_LIMIT_MS = 3_000;
const AT_ONCE = 4;

/** Reads traces from whatever answers Jaeger's v1 query API: Jaeger itself, or the hub. */
export class TraceReader {
  readonly #url: string;
  readonly #settleMs: number;
  readonly #limitMs: number;

  constructor(url: string, { settleMs = 1_200, limitMs = 8_000 }: TraceReaderOptions = {}) {
    this.#url = url.replace(/\/$/, '');
    this.#settleMs = settleMs;
    this.#limitMs = limitMs;
  }

  linkTo(traceId: string): string {
    return `${this.#url}/trace/${traceId}`;
  }

  /** Why traces cannot be read; undefined when they can. */
  async fault(): Promise<string | undefined> {
    try {
      const response = await this.#get('/api/services');
      const isQueryApi = response.ok && JaegerNames.safeParse(await response.json()).success;
      return isQueryApi ? undefined : `what answers at ${this.#url} is not a Jaeger query API`;
    } catch {
      return `nothing answers at ${this.#url}`;
    }
  }

  /**
   * Spans of one trace arrive from several processes, each in its own time: a trace counts as whole once it has a single
   * root and did not grow between two looks. What never gets there comes as far as it got.
   */
  async read(traceIds: readonly string[]): Promise<TracesRead> {
    const fault = await this.fault();
    if (fault !== undefined) return { state: 'unreadable', reason: fault };
    const traces = new Map<string, Trace>();
    const endMs = performance.now() + this.#limitMs;
    for (let pending = [...new Set(traceIds)]; pending.length > 0;) {
      pending = await this.#lookAt(pending, traces);
      if (pending.length === 0 || performance.now() > endMs) break;
      await sleep(this.#settleMs);
    }
    return { state: 'read', traces };
  }

  /** The ids that have to be looked at again. */
  async #lookAt(ids: readonly string[], traces: Map<string, Trace>): Promise<string[]> {
    const unfinished: string[] = [];
    const left = [...ids];
    const worker = async () => {
      for (let id = left.pop(); id !== undefined; id = left.pop()) {
        const seen = traces.get(id);
        const trace = await this.#trace(id);
        if (trace !== undefined) traces.set(id, trace);
        if (trace === undefined || !isWhole(trace, seen)) unfinished.push(id);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    return unfinished;
  }

  async #trace(traceId: string): Promise<Trace | undefined> {
    try {
      const response = await this.#get(`/api/traces/${traceId}`);
      const parsed = JaegerTraces.safeParse(await response.json());
      const [told] = parsed.success ? parsed.data.data : [];
      return told === undefined ? undefined : traceTree(spansFromJaeger(told));
    } catch {
      return undefined;
    }
  }

  #get(path: string): Promise<Response> {
    return fetch(`${this.#url}${path}`, { signal: AbortSignal.timeout(REQUEST_LIMIT_MS) });
  }
}

const isWhole = (trace: Trace, before: Trace | undefined): boolean =>
  trace.roots.length === 1 && trace.nodes.length === before?.nodes.length;
