import { INVALID_SPANID, INVALID_TRACEID, context, propagation, trace } from '@opentelemetry/api';
import type { Attributes } from '@opentelemetry/api';
import { clock } from './clock.ts';
import { failSpan, recordException } from './fail-span.ts';

/** Sets attributes on the span that is active here. Nothing happens outside a span. */
export function setAttributes(attributes: Attributes): void {
  trace.getActiveSpan()?.setAttributes(attributes);
}

export function setAttribute(key: string, value: string | number | boolean): void {
  trace.getActiveSpan()?.setAttribute(key, value);
}

/** Adds a named event, such as `order.created`, to the span that is active here. */
export function addEvent(name: string, attributes?: Attributes): void {
  trace.getActiveSpan()?.addEvent(name, attributes, clock.now());
}

/** How much an error says about the span it is recorded in. */
export interface RecordErrorOptions {
  /** False for a failure that the code goes on after: the exception is recorded, the span stays as it is. */
  readonly failsSpan?: boolean;
}

/** Records a caught error in the span that is active here; one already recorded is not recorded twice. */
export function recordError(error: unknown, options: RecordErrorOptions = {}): void {
  const span = trace.getActiveSpan();
  if (span === undefined) return;
  if (options.failsSpan === false) recordException(span, error);
  else failSpan(span, error);
}

/** The trace id of the request or job that is running here, as problem bodies and headers name it. */
export function currentTraceId(): string | undefined {
  const traceId = trace.getActiveSpan()?.spanContext().traceId;
  return traceId === INVALID_TRACEID ? undefined : traceId;
}

export function currentSpanId(): string | undefined {
  const spanId = trace.getActiveSpan()?.spanContext().spanId;
  return spanId === INVALID_SPANID ? undefined : spanId;
}

/** A value of the W3C baggage that came with the request. It is input from outside: treat it as such. */
export function baggageValue(key: string): string | undefined {
  return propagation.getBaggage(context.active())?.getEntry(key)?.value;
}

/** Runs `fn` with baggage added; it travels with every call that `fn` makes. */
export function withBaggage<T>(entries: Readonly<Record<string, string>>, fn: () => T): T {
  const active = context.active();
  let baggage = propagation.getBaggage(active) ?? propagation.createBaggage();
  for (const [key, value] of Object.entries(entries)) baggage = baggage.setEntry(key, { value });
  return context.with(propagation.setBaggage(active, baggage), fn);
}
