import { INVALID_SPAN_CONTEXT, SpanKind, context, trace } from '@opentelemetry/api';
import type { Attributes, Context, Span } from '@opentelemetry/api';
import { TracingAttribute } from './attributes.ts';
import { clock } from './clock.ts';
import { failSpan } from './fail-span.ts';
import { follow } from './follow-promise.ts';
import { currentRuntime } from './runtime.ts';
import type { Runtime } from './runtime.ts';
import { isStream, observeWithSpan } from './observable.ts';

/** One recorded operation. Set what belongs to it; the library ends it. */
export type ActiveSpan = Span;

/** The part an operation plays between two processes; `internal` unless said otherwise. */
export type SpanRole = 'internal' | 'client' | 'server' | 'producer' | 'consumer';

export interface WithSpanOptions {
  readonly attributes?: Attributes;
  readonly kind?: SpanRole;
  /** Words for people, shown by the execution tree. */
  readonly description?: string;
  /** Start a trace of its own, whatever is active: for background work that outlives its request. */
  readonly isRoot?: boolean;
}

const kinds: Readonly<Record<SpanRole, SpanKind>> = {
  internal: SpanKind.INTERNAL,
  client: SpanKind.CLIENT,
  server: SpanKind.SERVER,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};

const notRecording = trace.wrapSpanContext(INVALID_SPAN_CONTEXT);

/**
 * Runs `fn` as one span: active during the call and whatever it awaits, ended when the result settles (a promise
 * settled, an Observable completed or left), marked as failed when it throws. The error passes through unchanged and is
 * recorded once, in the innermost span it leaves. What is more than a promise or an Observable, as a Subject is, comes back
 * as it is. Without a started tracing this is a plain call of `fn`.
 */
export function withSpan<T>(name: string, fn: (span: ActiveSpan) => T): T;
export function withSpan<T>(name: string, options: WithSpanOptions, fn: (span: ActiveSpan) => T): T;
export function withSpan<T>(
  name: string,
  optionsOrFn: WithSpanOptions | ((span: ActiveSpan) => T),
  fn?: (span: ActiveSpan) => T,
): T {
  const body = typeof optionsOrFn === 'function' ? optionsOrFn : fn;
  if (body === undefined) throw new TypeError('withSpan(name, options, fn) needs a function');
  const runtime = currentRuntime();
  if (runtime === undefined) return body(notRecording);
  const options = typeof optionsOrFn === 'function' ? {} : optionsOrFn;
  const parent = context.active();
  const span = openSpan(runtime, name, { ...options, parent });
  return runInSpan(span, trace.setSpan(parent, span), () => body(span));
}

/** Starts a span below `parent`. Whoever calls this ends it. */
export function openSpan(
  runtime: Runtime,
  name: string,
  options: WithSpanOptions & { readonly parent: Context },
): ActiveSpan {
  const { kind = 'internal', attributes: given = {}, description, isRoot = false, parent } = options;
  const attributes = description === undefined ? given : { ...given, [TracingAttribute.description]: description };
  const started = { kind: kinds[kind], root: isRoot, startTime: clock.now(), attributes };
  return runtime.tracer.startSpan(name, started, parent);
}

/** Calls `fn` with `spanContext` active and ends `span` when what it returns settles. */
export function runInSpan<T>(span: ActiveSpan, spanContext: Context, fn: () => T): T {
  let result: T;
  try {
    result = context.with(spanContext, fn);
  } catch (error) {
    failSpan(span, error);
    span.end(clock.now());
    throw error;
  }
  // Only real promises: `then` of a lazy query builder would run the query a second time.
  const followed = result instanceof Promise ? endWhenSettled(span, result) : undefined;
  if (followed !== undefined) return followed as T;
  if (isStream(result)) return observeWithSpan(span, spanContext, result) as T;
  span.end(clock.now());
  return result;
}

// A derived promise, so that a rejection nobody handles still ends the process as it would without tracing.
function endWhenSettled(span: ActiveSpan, promise: Promise<unknown>): Promise<unknown> | undefined {
  return follow(
    promise,
    value => {
      span.end(clock.now());
      return value;
    },
    (error: unknown) => {
      failSpan(span, error);
      span.end(clock.now());
      throw error;
    },
  );
}
