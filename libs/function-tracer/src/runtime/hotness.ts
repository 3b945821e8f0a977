import { now } from './clock.ts';
import type { FunctionEntry } from './function-table.ts';
import type { Recorder } from './recorder.ts';

const WINDOW_CALLS = 1024;
const HOT_CALLS_PER_MS = 10;
const TINY_MS = 0.001;

/** Finds functions that are called very often and do very little: their calls are counted and written as one line. */
export class Hotness {
  readonly #hot = new Set<FunctionEntry>();

  note(entry: FunctionEntry, endedMs: number, lastedMs: number): void {
    if (entry.windowCalls === 0) entry.windowStartedMs = endedMs;
    entry.windowCalls++;
    entry.windowMicros += lastedMs * 1000;
    if (entry.isAggregated || entry.windowCalls < WINDOW_CALLS) return;
    const isTiny = entry.windowMicros / 1000 < TINY_MS * WINDOW_CALLS;
    const isOften = endedMs - entry.windowStartedMs < WINDOW_CALLS / HOT_CALLS_PER_MS;
    entry.windowCalls = 0;
    entry.windowMicros = 0;
    if (!isTiny || !isOften) return;
    entry.isAggregated = true;
    this.#hot.add(entry);
  }

  /** Writes and clears the counts; a function that has cooled down is written call by call again. */
  summarize(recorder: Recorder): void {
    const nowMs = now();
    for (const entry of this.#hot) {
      if (entry.windowCalls > 0) recorder.aggregate(entry, nowMs);
      const isStillOften = entry.windowCalls > (nowMs - entry.windowStartedMs) * HOT_CALLS_PER_MS;
      if (!isStillOften) this.#cool(entry);
      entry.windowCalls = 0;
      entry.windowMicros = 0;
    }
  }

  reset(): void {
    for (const entry of this.#hot) this.#cool(entry);
  }

  #cool(entry: FunctionEntry): void {
    entry.isAggregated = false;
    entry.windowCalls = 0;
    entry.windowMicros = 0;
    this.#hot.delete(entry);
  }
}
