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
const NO_TRACE = '0'.repeat(32);

/** Whether the application has set OpenTelemetry up so far. */
export function hasContexts(): boolean {
  return contextManager() !== undefined;
}

/** The ids of the active OpenTelemetry span, if the application uses OpenTelemetry and has one. */
export function activeSpan(): SpanIds | undefined {
  try {
    const span = contextManager()?.active().getValue(SPAN) as { spanContext?: () => SpanIds } | undefined;
    const ids = span?.spanContext?.();
    if (ids === undefined || ids.traceId === NO_TRACE) return undefined;
    return { traceId: ids.traceId, spanId: ids.spanId };
  } catch {
    return undefined; // Another copy's idea of a context must not break the application.
  }
}

function contextManager(): ContextManager | undefined {
  return (globalThis as { [API]?: { context?: ContextManager } })[API]?.context;
}
