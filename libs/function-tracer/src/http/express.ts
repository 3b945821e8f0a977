import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { Config } from '../config.ts';
import { type ConfigOptions } from '../config.ts';
import { runtime } from '../runtime/global-runtime.ts';
import { currentSession } from '../current-session.ts';
import { startTracing } from '../tracing.ts';
import { HttpCall } from './http-call.ts';

/**
 * Express middleware, to be used first: writes HTTP_REQUEST and HTTP_RESPONSE, gives the request an id that every call
 * made for it carries, and names it to the client in `x-request-id`.
 */
export function flowtrace(): RequestHandler {
  return (request: Request, response: Response, next: NextFunction) => {
    if (runtime.on === 0) {
      next();
      return;
    }
    const call = HttpCall.of(request, response);
    call.echoId(response);
    runtime.runIn(call.root, () => {
      next();
    });
  };
}

/** Starts tracing, unless it runs, and puts the middleware into an application. */
export function initFlowtrace(app: { use(handler: RequestHandler): unknown }, config?: Config | ConfigOptions): void {
  if (currentSession() === undefined) startTracing(config);
  app.use(flowtrace());
}
