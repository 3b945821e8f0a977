import { SpanKind } from '@opentelemetry/api';
import type { Attributes, Context, Span, SpanOptions } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { clock } from './clock.ts';
import { currentRuntime } from './runtime.ts';
import type { Runtime } from './runtime.ts';

export interface StartOptions extends SpanOptions {
  readonly parent: Context;
}

/**
 * Starts a span and writes its attributes. The SDK copies and checks them twice at every start, with a WeakSet for each value; where no
 * sampler reads them and no limit cuts them, plain values are written straight into the span instead.
 */
export function startSpan(runtime: Runtime, name: string, options: StartOptions): Span {
  const { attributes, parent, kind = SpanKind.INTERNAL, root = false, startTime = clock.now() } = options;
  if (!runtime.writesDirectly) return runtime.tracer.startSpan(name, options, parent);
  const span = runtime.tracer.startSpan(name, { kind, root, startTime }, parent);
  if (attributes !== undefined) writeDirectly(span, attributes);
  return span;
}

/** Sets `attributes` on `span` as `setAttributes` does. */
export function writeAttributes(span: Span, attributes: Attributes): void {
  if (currentRuntime()?.writesDirectly === true) writeDirectly(span, attributes);
  else span.setAttributes(attributes);
}

function writeDirectly(span: Span, attributes: Attributes): void {
  if (!span.isRecording()) return;
  const { attributes: written } = span as Span & Partial<ReadableSpan>;
  if (written === undefined) {
    span.setAttributes(attributes);
    return;
  }
  for (const key in attributes) {
    const value = attributes[key];
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') written[key] = value;
    else if (value !== undefined) span.setAttribute(key, value);
  }
}
