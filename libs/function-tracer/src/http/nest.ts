import type { IncomingMessage, ServerResponse } from 'node:http';
import { type DynamicModule, type MiddlewareConsumer, Module, type NestModule } from '@nestjs/common';
import type { Config } from '../config.ts';
import { type ConfigOptions } from '../config.ts';
import { runtime } from '../runtime/global-runtime.ts';
import { currentSession } from '../current-session.ts';
import { startTracing } from '../tracing.ts';
import { HttpCall } from './http-call.ts';

/**
 * Nest module, on Express and on Fastify: writes HTTP_REQUEST and HTTP_RESPONSE, gives the request an id that every
 * call made for it carries, and names it to the client in `x-request-id`.
 */
export class FlowTraceModule implements NestModule {
  /** Starts tracing too, unless it runs. */
  static forRoot(config?: Config | ConfigOptions): DynamicModule {
    if (currentSession() === undefined) startTracing(config);
    return { module: FlowTraceModule };
  }

  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(traceRequest).forRoutes('{*path}');
  }
}

// Written as a call, so that Node can run this file from source.
Module({})(FlowTraceModule);

// With Fastify, a middleware gets the raw request and response.
function traceRequest(request: IncomingMessage, response: ServerResponse, next: () => void): void {
  if (runtime.on === 0) {
    next();
    return;
  }
  const call = HttpCall.of(request, response);
  call.echoId(response);
  runtime.runIn(call.root, next);
}
