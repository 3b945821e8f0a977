import { SpanStatusCode } from '@opentelemetry/api';
import type { Span } from '@opentelemetry/api';
import { ATTR_ERROR_TYPE } from '@opentelemetry/semantic-conventions';

import { clock } from './clock.ts';

/** In which traces an error is recorded: one that is made once is thrown by many requests, or one by all that waited for it. */
const recorded = new WeakMap<object, Set<string>>();
const MOST_TRACES = 100;

/**
 * Marks `span` as failed by `error`. The exception itself, with its stack, is recorded in the first span that sees it:
 * the spans it passes through on its way up only carry the status.
 */
export function failSpan(span: Span, error: unknown): void {
  span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(error) });
  span.setAttribute(ATTR_ERROR_TYPE, typeOf(error));
  recordException(span, error);
}

/** Records `error` as an exception event unless another span of the trace already has it. */
export function recordException(span: Span, error: unknown): void {
  if (typeof error !== 'object' || error === null) {
    span.recordException(messageOf(error), clock.now());
    return;
  }
  if (!isFirstIn(span.spanContext().traceId, error)) return;
  const stack = error instanceof Error ? error.stack : undefined;
  const exception = { name: typeOf(error), message: messageOf(error), ...(stack !== undefined && { stack }) };
  span.recordException(exception, clock.now());
}

function isFirstIn(traceId: string, error: object): boolean {
  const traces = recorded.get(error) ?? new Set();
  if (traces.has(traceId)) return false;
  if (traces.size >= MOST_TRACES) traces.clear();
  recorded.set(error, traces.add(traceId));
  return true;
}

/** The stable code of a coded error, else its class: what one may group by. */
export function typeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return typeof error;
  if ('code' in error && typeof error.code === 'string' && error.code !== '') return error.code;
  const name: unknown = 'name' in error ? error.name : undefined;
  return typeof name === 'string' && name !== '' ? name : 'Error';
}

function messageOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message);
  return typeof error === 'string' ? error : `a ${error === null ? 'null' : typeof error} was thrown`;
}
