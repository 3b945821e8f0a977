import type { SpanContext } from '@opentelemetry/api';
import type { FastifyReply } from 'fastify';

/** Tells the caller which trace answers: by the W3C draft's header, and by the one that browsers show by themselves. */
export function announce(reply: FastifyReply, { traceId, spanId, traceFlags }: SpanContext): void {
  const id = `00-${traceId}-${spanId}-${traceFlags === 1 ? '01' : '00'}`;
  reply.header('traceresponse', id).header('server-timing', `traceparent;desc="${id}"`);
}
