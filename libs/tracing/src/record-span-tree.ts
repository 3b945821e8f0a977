import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Attributes, Context, HrTime } from '@opentelemetry/api';
import { currentRuntime } from './runtime.ts';
import type { Runtime } from './runtime.ts';

/** Something that is over, timed by whoever tells of it: in nanoseconds since the Unix epoch. */
export interface PastSpan {
  readonly name: string;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly attributes?: Attributes;
  /** Why it failed, where it did. */
  readonly error?: string;
  readonly children?: readonly PastSpan[];
}

/**
 * Records work that another program did, or that was timed by other means, as a trace of its own with the times given. It
 * is linked to the span that is active here. Returns its trace id; undefined where tracing is off or the sampler leaves it
 * out.
 */
export function recordSpanTree(root: PastSpan): string | undefined {
  const runtime = currentRuntime();
  if (runtime === undefined) return undefined;
  const active = trace.getSpanContext(context.active());
  const span = runtime.tracer.startSpan(root.name, {
    root: true,
    startTime: hrTime(root.startNs),
    ...(root.attributes && { attributes: root.attributes }),
    ...(active && { links: [{ context: active }] }),
  });
  if (!span.isRecording()) return undefined;
  const inside = trace.setSpan(context.active(), span);
  for (const child of root.children ?? []) record(runtime, child, inside);
  if (root.error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: root.error });
  span.end(hrTime(root.endNs));
  return span.spanContext().traceId;
}

function record(runtime: Runtime, past: PastSpan, parent: Context): void {
  const { attributes, error, children = [] } = past;
  const options = { startTime: hrTime(past.startNs), ...(attributes && { attributes }) };
  const span = runtime.tracer.startSpan(past.name, options, parent);
  const inside = trace.setSpan(parent, span);
  for (const child of children) record(runtime, child, inside);
  if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: error });
  span.end(hrTime(past.endNs));
}

const hrTime = (ns: bigint): HrTime => [Number(ns / 1_000_000_000n), Number(ns % 1_000_000_000n)];
