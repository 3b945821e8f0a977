import type { Dependency } from '@tracelab/service-kit';
import type { Advance, FinishedTrace, RunningTrace, StepRecord, TraceName } from './trace.ts';

export interface Advanced {
  readonly trace: RunningTrace;
  readonly added: readonly StepRecord[];
  readonly finished: FinishedTrace | undefined;
}

/** Told one after the other: all of them may be more than fits in memory. */
export type FinishedTraces = Iterable<FinishedTrace> | AsyncIterable<FinishedTrace>;

/** Keeps traces that run, and the finished ones of each tag up to a number. */
export abstract class TracesStore {
  abstract readonly dependencies: readonly Dependency[];

  /** Keeps a trace that starts; tells whether another ran under its name, which is then gone. */
  abstract start(trace: RunningTrace): Promise<boolean>;

  /**
   * Applies an operation to the trace that runs under this name, alone: calls for one trace take effect one after the
   * other, in the order in which they were made. `operation` may run again when another process was faster. Undefined where
   * no such trace runs; what `operation` throws passes through, and nothing has changed then.
   */
  abstract advance(name: TraceName, operation: (trace: RunningTrace) => Advance): Promise<Advanced | undefined>;

  /** The latest to start, oldest first. */
  abstract running(limit: number): Promise<RunningTrace[]>;
  abstract drop(name: TraceName): Promise<void>;

  /** Tags with a finished trace, by their first completion. */
  abstract tags(): Promise<string[]>;
  /** In the order of completion. Rejects where they cannot be read; iterating does, where that comes about later. */
  abstract finished(tag: string): Promise<FinishedTraces>;
  abstract deleteFinished(tag: string): Promise<void>;

  /** Drops what nobody touched for this long, and what is more than a tag may keep. */
  abstract expire(limits: { readonly finishedTtlMs: number; readonly activeTtlMs: number }): Promise<void>;
  abstract close(): Promise<void>;
}
