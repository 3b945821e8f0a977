import { context } from '@opentelemetry/api';
import { treeOfSpans } from './execution-tree.ts';
import type { ExecutionTree } from './execution-tree.ts';
import { currentRuntime } from './runtime.ts';
import { recordingIn, SpanRecording, withRecording } from './span-recording.ts';

/**
 * Runs `fn`, which may ask at any time for the tree of the spans that started inside it, and inside what it started. Unlike
 * `executionTree` this forgets none of them (up to 1,000), however much else the process does meanwhile, and sees no other
 * request of the same trace. The tree is undefined where tracing is off or the trace is not sampled.
 */
export function recordExecution<T>(fn: (recorded: () => ExecutionTree | undefined) => T): T {
  if (currentRuntime() === undefined) return fn(() => undefined);
  const recording = new SpanRecording(recordingIn(context.active()));
  return withRecording(recording, () => fn(() => treeOf(recording)));
}

function treeOf({ spans, isComplete }: SpanRecording): ExecutionTree | undefined {
  const [first] = spans;
  return first && { ...treeOfSpans(first.spanContext().traceId, spans), isComplete };
}
