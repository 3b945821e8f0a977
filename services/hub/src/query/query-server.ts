import { fastify, type FastifyInstance } from 'fastify';

import { type TraceStore } from '../store/trace-store.ts';
import { compressAnswers } from './compress-answers.ts';
import { guardHost } from './host-guard.ts';
import { v1Routes } from './v1-routes.ts';

export interface QueryServerOptions {
  readonly store: TraceStore;
  /** Host names beside addresses and dotless names. */
  readonly allowedHosts: readonly string[];
  /** Of a body sent to be transformed. */
  readonly maxBodyBytes: number;
}

/** The query side: Jaeger's APIs, the hub's own, and the screens. */
export function createQueryServer(options: QueryServerOptions): FastifyInstance {
  const { store, allowedHosts, maxBodyBytes } = options;
  const app = fastify({
    bodyLimit: maxBodyBytes,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 2000 },
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
  guardHost(app, allowedHosts);
  compressAnswers(app);
  app.register((scope, _options, done) => {
    v1Routes(scope, store);
    done();
  });
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).type('text/plain; charset=utf-8').send('404 page not found\n'),
  );
  return app;
}
