import type { FastifyInstance, FastifyPluginCallback } from 'fastify';
import type { Config } from '../config.ts';
import { type ConfigOptions } from '../config.ts';
import { runtime } from '../runtime/global-runtime.ts';
import { currentSession } from '../current-session.ts';
import { startTracing } from '../tracing.ts';
import { HttpCall } from './http-call.ts';

/**
 * Fastify plugin: writes HTTP_REQUEST and HTTP_RESPONSE, gives the request an id that every call made for it carries,
 * and names it to the client in `x-request-id`.
 */
export const flowtrace: FastifyPluginCallback = (instance: FastifyInstance, _options, done) => {
  instance.addHook('onRequest', (request, reply, next) => {
    if (runtime.on === 0) {
      next();
      return;
    }
    const call = HttpCall.of(request.raw, reply.raw);
    call.echoId(reply.raw);
    runtime.runIn(call.root, () => {
      next();
    });
  });
  done();
};

// Its hook is meant for the whole server, not for the plugin's own scope; Fastify asks for this symbol.
Reflect.set(flowtrace, Symbol.for('skip-override'), true);

/** Starts tracing, unless it runs, and registers the plugin with a server. */
export function initFlowtrace(server: FastifyInstance, config?: Config | ConfigOptions): void {
  if (currentSession() === undefined) startTracing(config);
  void server.register(flowtrace);
}
