import { INVALID_TRACEID, trace } from '@opentelemetry/api';

/** The ids of the active span under the names that OpenTelemetry's log correlation uses. */
export interface LogIds {
  readonly trace_id?: string;
  readonly span_id?: string;
  readonly trace_flags?: string;
}

/**
 * For pino's `mixin`: puts trace_id, span_id and trace_flags on every line written inside a span. It reads the active
 * span itself, so no loader hook is needed and none can be missing.
 */
export function logMixin(): LogIds {
  const span = trace.getActiveSpan();
  // A new object each time: pino writes the line's own fields into what the mixin returns.
  if (span === undefined) return {};
  const { traceId, spanId, traceFlags } = span.spanContext();
  // Where nothing is traced there are no ids to name.
  if (traceId === INVALID_TRACEID) return {};
  return { trace_id: traceId, span_id: spanId, trace_flags: (traceFlags & 0xff).toString(16).padStart(2, '0') };
}
