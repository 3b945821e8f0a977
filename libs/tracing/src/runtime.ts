import type { Meter } from '@opentelemetry/api';
import type { Detail } from './config.ts';
import type { DurationMetric, DurationOptions } from './duration-metric.ts';
import type { ExecutionRecorder } from './execution-tree.ts';
import type { FoldedSiblings } from './folded-siblings.ts';
import type { MetricsText } from './metrics-text.ts';
import type { SpanStarter } from './spans/span-starter.ts';

/** What a started process offers to the functions that applications call. */
export interface Runtime {
  readonly tracer: SpanStarter;
  readonly meter: Meter;
  /** A histogram of durations, on `/metrics`. */
  readonly duration: (options: DurationOptions) => DurationMetric;
  readonly detail: Detail;
  readonly ignoredRoutes: readonly string[];
  readonly folding: FoldedSiblings;
  readonly isAnnouncing: boolean;
  readonly executions: ExecutionRecorder;
  readonly metrics: MetricsText | undefined;
}

interface Slot {
  runtime: Runtime | undefined;
}

// A process may load this package twice (the preload from dist, a test from source), and both must see one start.
const key = Symbol.for('@tracelab/tracing/1');
const slot = ((globalThis as Record<symbol, unknown>)[key] ??= { runtime: undefined }) as Slot;

/** The started tracing of this process, or undefined: then every call of the library costs one read and does nothing. */
export function currentRuntime(): Runtime | undefined {
  return slot.runtime;
}

export function setRuntime(runtime: Runtime | undefined): void {
  slot.runtime = runtime;
}
