import { fastify, type FastifyInstance } from 'fastify';

import { type IngestCounters } from '../receiver/ingest-counters.ts';
import { type TraceStore } from '../store/trace-store.ts';
import { compressAnswers } from './compress-answers.ts';
import { guardHost } from './host-guard.ts';
import { hubRoutes } from './hub-routes.ts';
import { hubCondition } from './hub-search.ts';
import { LiveFeed } from './live-feed.ts';
import { ownMetrics } from './own-metrics.ts';
import { failureOf, sendV3Failure } from './query-answers.ts';
import { QueryParameters } from './query-parameters.ts';
import { screens } from './screens.ts';
import { v1Routes } from './v1-routes.ts';
import { v3Routes } from './v3-routes.ts';

export interface QueryServerOptions {
  readonly store: TraceStore;
  readonly storeKind: string;
  readonly counters: IngestCounters;
  readonly memoryLimitBytes: number;
  readonly diskLimitBytes: number;
  /** Host names beside addresses and dotless names. */
  readonly allowedHosts: readonly string[];
  /** Of a body sent to be transformed. */
  readonly maxBodyBytes: number;
  readonly uiDirectory: string | undefined;
  readonly otlpPort: number;
}

/** The query side: Jaeger's APIs, the hub's own, and the screens. */
export function createQueryServer(options: QueryServerOptions): FastifyInstance {
  const { store, storeKind: kind, memoryLimitBytes, diskLimitBytes, otlpPort } = options;
  const app = fastify({
    bodyLimit: options.maxBodyBytes,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 2000 },
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
  guardHost(app, options.allowedHosts);
  compressAnswers(app);
  // Each API answers errors in its own shape, hence a scope for each.
  app.register((scope, _options, done) => {
    v1Routes(scope, store);
    done();
  });
  app.register((scope, _options, done) => {
    v3Routes(scope, store);
    done();
  });
  app.register((scope, _options, done) => {
    hubRoutes(scope, { store, kind, memoryLimitBytes, diskLimitBytes, otlpPort });
    liveRoutes(scope, options);
    done();
  });
  screens(app, options.uiDirectory);
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).type('text/plain; charset=utf-8').send('404 page not found\n'),
  );
  return app;
}

function liveRoutes(app: FastifyInstance, { store, counters }: QueryServerOptions): void {
  const live = new LiveFeed(store);
  app.addHook('preClose', done => {
    live.close();
    done();
  });

  app.get('/api/hub/live', async (request, reply) => {
    const where = hubCondition(new QueryParameters(request.url));
    if (!live.add(reply.raw, where)) return sendV3Failure(reply, 503, 'too many live clients');
    return reply.hijack();
  });

  app.get('/health', async (_request, reply) => {
    try {
      await store.services();
      return await reply.send({ status: 'ok' });
    } catch (error) {
      if (failureOf(error) === undefined) throw error;
      return reply.code(503).send({ status: 'error' });
    }
  });

  app.get('/metrics', async (_request, reply) => {
    const text = await ownMetrics({ store, counters, live }, Date.now());
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(text);
  });
}
