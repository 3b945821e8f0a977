export interface SpanIds {
  readonly traceId: string;
  readonly spanId: string;
}

interface ContextManager {
  active(): { getValue(key: symbol): unknown };
}

// The API keeps its one copy here, so that we need not import it; both symbols are part of its contract.
const API = Symbol.for('opentelemetry.js.api.1');
const SPAN = Symbol.for('OpenTelemetry Context Key SPAN');

/** The ids of the active OpenTelemetry span, if the application uses OpenTelemetry and has one. */
export function activeSpan(): SpanIds | undefined {
  const api = (globalThis as { [API]?: { context?: ContextManager } })[API];
  if (api?.context === undefined) return undefined;
  try {
    const span = api.context.active().getValue(SPAN) as { spanContext?: () => SpanIds } | undefined;
    const ids = span?.spanContext?.();
    return ids === undefined || /^0*$/.test(ids.traceId) ? undefined : { traceId: ids.traceId, spanId: ids.spanId };
  } catch {
    return undefined; // Another copy's idea of a context must not break the application.
  }
}
