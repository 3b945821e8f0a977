import type { SpanContext } from '@opentelemetry/api';

/** The headers that tell a caller which trace answered: the W3C draft's, and the one that browsers show by themselves. */
export function traceResponseHeaders({ traceId, spanId, traceFlags }: SpanContext): Record<string, string> {
  const id = `00-${traceId}-${spanId}-${traceFlags === 1 ? '01' : '00'}`;
  return { traceresponse: id, 'server-timing': `traceparent;desc="${id}"` };
}
