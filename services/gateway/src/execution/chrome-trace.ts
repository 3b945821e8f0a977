import type { DescribedCall } from './described-calls.ts';

interface ChromeEvent {
  readonly name: string;
  readonly cat: 'function';
  readonly ph: 'X';
  /** Microseconds. */
  readonly ts: number;
  readonly dur: number;
  readonly pid: 1;
  readonly tid: number;
  readonly args: Readonly<Record<string, unknown>>;
}

export interface ChromeTrace {
  readonly displayTimeUnit: 'ms';
  readonly traceEvents: readonly ChromeEvent[];
}

/** What chrome://tracing and Perfetto read. They show nesting within a thread, so calls side by side get one each. */
export function chromeTrace(calls: readonly DescribedCall[]): ChromeTrace {
  const lanes = new Lanes(Math.min(...calls.map(({ node }) => node.startedAtMs)));
  for (const call of calls) lanes.add(call, 1);
  return { displayTimeUnit: 'ms', traceEvents: lanes.events };
}

// A number holds milliseconds since 1970 to a quarter of a microsecond, and an end is a sum of two.
const ROUNDING_MS = 0.001;

class Lanes {
  readonly events: ChromeEvent[] = [];
  readonly #startMs: number;
  #lastLane = 1;

  constructor(startMs: number) {
    this.#startMs = startMs;
  }

  add({ node, description, order, children }: DescribedCall, lane: number): void {
    const { name, startedAtMs, durationMs = 0, error } = node;
    const ts = Math.round((startedAtMs - this.#startMs) * 1_000);
    const args = { description, orderid: order, ...(error && { error: error.message }) };
    this.events.push({
      name,
      cat: 'function',
      ph: 'X',
      ts,
      dur: Math.round(durationMs * 1_000),
      pid: 1,
      tid: lane,
      args,
    });
    let freeAtMs = -Infinity;
    for (const child of children) {
      const isFree = child.node.startedAtMs >= freeAtMs - ROUNDING_MS;
      this.add(child, isFree ? lane : ++this.#lastLane);
      const endMs = child.node.startedAtMs + (child.node.durationMs ?? 0);
      if (isFree) freeAtMs = endMs;
    }
  }
}
