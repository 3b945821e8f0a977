import 'reflect-metadata';
import type { DynamicModule, NestApplicationOptions } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { deadlineHeader, withinDeadline } from '@tracelab/http';
import { registerServerSpans, tracingInstrument } from '@tracelab/tracing/nest';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { ContractPipe } from './contract.pipe.ts';
import { KnownRoutes } from './known-routes.ts';
import { createLogger, NestLogger } from './logger.ts';
import { ProblemFilter, refuseBadUrl } from './problem.filter.ts';
import type { ServiceConfig } from './service-config.ts';

const BODY_LIMIT_BYTES = 1024 * 1024;

/** What every service has in common. The tests build the very application that `main.ts` runs. */
export async function createApplication(
  module: DynamicModule,
  config: ServiceConfig,
  logger: Logger = createLogger({ service: config.service, level: config.logLevel, isPretty: config.isLogPretty }),
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: 30_000,
    // As long as an address can be: a long parameter is refused, if at all, by its contract and not as an unknown path.
    routerOptions: { maxParamLength: 16 * 1024 },
    frameworkErrors: refuseBadUrl as never,
  });
  const fastify = adapter.getInstance<FastifyInstance>();
  // First of all hooks, so that everything after it runs inside the request's span.
  registerServerSpans(fastify);
  const routes = new KnownRoutes(fastify);
  // JSON is the only language spoken; text and forms get a 415.
  fastify.removeContentTypeParser('text/plain');
  limitTime(fastify, config.requestTimeoutMs);
  logRequests(fastify, logger);

  const options: NestApplicationOptions = {
    logger: new NestLogger(logger),
    instrument: tracingInstrument(),
    bodyParser: false,
    abortOnError: false,
  };
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, options);
  secure(app, config);
  app.useGlobalPipes(new ContractPipe());
  app.useGlobalFilters(new ProblemFilter(routes));
  return app;
}

function limitTime(fastify: FastifyInstance, limitMs: number): void {
  fastify.addHook('onRequest', (request, _, done) => {
    withinDeadline(request.headers[deadlineHeader], limitMs, done);
  });
}

function logRequests(fastify: FastifyInstance, logger: Logger): void {
  fastify.addHook('onResponse', ({ method, routeOptions: { url: route }, url }, { statusCode, elapsedTime }, done) => {
    const level = statusCode >= 500 ? 'warn' : 'info';
    const path = route ?? url.split('?', 1)[0];
    logger[level]({ method, path, status: statusCode, ms: Math.round(elapsedTime * 10) / 10 }, `${method} ${path}`);
    done();
  });
}

function secure(app: NestFastifyApplication, { corsOrigin }: ServiceConfig): void {
  // Plain HTTP on a developer's machine: neither an upgrade nor a promise of TLS makes sense here.
  app.useSecurityHeaders({
    strictTransportSecurity: false,
    contentSecurityPolicy: { directives: { upgradeInsecureRequests: null, fontSrc: ["'self'"] } },
    crossOriginResourcePolicy: { policy: corsOrigin === false ? 'same-origin' : 'cross-origin' },
  });
  if (corsOrigin === false) return;
  app.enableCors({
    origin: typeof corsOrigin === 'string' ? corsOrigin : [...corsOrigin],
    // Fastify's own list knows only the methods that need no preflight.
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: ['traceresponse', 'server-timing'],
  });
}
