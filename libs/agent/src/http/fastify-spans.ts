import { diag } from '@opentelemetry/api';
import { registerServerSpans } from '@tracelab/tracing/fastify';
import type { FastifyInstance } from 'fastify';
import { subscribe } from 'node:diagnostics_channel';
import type { HttpServerSpans } from './http-server-spans.ts';

/** Server spans from Fastify's own hooks, added as each instance is made: before any route, and in bundles too. */
export function traceFastify(servers: HttpServerSpans, onInstance: () => void): void {
  subscribe('fastify.initialization', message => {
    const { fastify } = message as { readonly fastify: FastifyInstance };
    try {
      registerServerSpans(fastify);
      servers.leaveTo(fastify.server);
      onInstance();
    } catch (error) {
      diag.warn(`auto-agent: this Fastify takes no hooks (${String(error)}); its requests are seen as plain HTTP.`);
    }
  });
}
