import { SpanKind, SpanStatusCode, context, propagation, trace } from '@opentelemetry/api';
import type { Attributes, Context, Histogram, Span } from '@opentelemetry/api';
import {
  ATTR_CLIENT_ADDRESS,
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_REQUEST_METHOD_ORIGINAL,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  ATTR_NETWORK_PROTOCOL_VERSION,
  ATTR_URL_PATH,
  ATTR_URL_QUERY,
  ATTR_URL_SCHEME,
  ATTR_USER_AGENT_ORIGINAL,
  METRIC_HTTP_SERVER_REQUEST_DURATION,
} from '@opentelemetry/semantic-conventions';
import { suppressTracing } from '@opentelemetry/core';
import type { FastifyInstance, FastifyReply, FastifyRequest, HookHandlerDoneFunction, RouteOptions } from 'fastify';
import { clock } from '../clock.ts';
import { recordException } from '../fail-span.ts';
import { rootContext } from '../layered-context.ts';
import { currentRuntime } from '../runtime.ts';
import type { Runtime } from '../runtime.ts';
import { startSpan, writeAttributes } from '../write-attributes.ts';
import { knownMethods, redactQuery } from '../http-names.ts';
import { ServerRoutes } from './server-route.ts';
import { announce } from './trace-response.ts';

// Known to every copy of this package: the agent's may have come before the application's own.
const active = Symbol.for('tracelab.serverSpan');
const thrown = Symbol('tracelab.thrown');
/** Where nothing makes a span, neither by hand nor by a client library. */
const untraced = suppressTracing(rootContext);

interface TracedRequest extends FastifyRequest {
  [active]?: Context;
  [thrown]?: unknown;
}

/**
 * Gives every request of this Fastify instance one SERVER span, named by method and route template, which is active in all
 * later hooks, the handler and what they leave running. Call it before any other hook or plugin is added. Does nothing in a
 * process where tracing was not started, nor a second time: two spans per request are the classic fault of tracing.
 */
export function registerServerSpans(fastify: FastifyInstance): void {
  const runtime = currentRuntime();
  if (runtime === undefined || fastify.hasRequestDecorator(active)) return;
  const spans = new ServerSpans(runtime);
  fastify.decorateRequest(active as unknown as string, undefined);
  fastify.decorateRequest(thrown as unknown as string, undefined);
  fastify.addHook('onRequest', spans.onRequest);
  fastify.addHook('onRoute', spans.onRoute);
  fastify.addHook('onError', spans.onError);
}

class ServerSpans {
  readonly #runtime: Runtime;
  readonly #duration: Histogram;
  readonly #inboundHeaders = propagation.fields();
  readonly #routes: ServerRoutes;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
    this.#routes = new ServerRoutes(runtime.ignoredRoutes);
    this.#duration = runtime.meter.createHistogram(METRIC_HTTP_SERVER_REQUEST_DURATION, {
      description: 'Duration of HTTP server requests.',
      unit: 's',
      advice: { explicitBucketBoundaries: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10] },
    });
  }

  readonly onRequest = (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void => {
    // Fastify makes `routeOptions` anew at every look.
    const template = request.routeOptions.url;
    const method = knownMethods.has(request.method) ? request.method : '_OTHER';
    const route = this.#routes.of(method, template);
    if (route.isIgnored) {
      this.#enter(request, untraced, done);
      return;
    }
    const parent = this.#callerOf(request);
    const attributes = requestAttributes(request, method, template);
    const options = { kind: SpanKind.SERVER, attributes, parent, startTime: clock.now() };
    const span = startSpan(this.#runtime, route.name, options);
    if (this.#runtime.isAnnouncing) announce(reply, span.spanContext());
    const startedAtMs = performance.now();
    // Not the onResponse hook: a hijacked reply and a caller who left never reach it, and `close` comes always, and once.
    reply.raw.on('close', () => {
      this.#end(span, request, { reply, attributes, seconds: (performance.now() - startedAtMs) / 1e3 });
    });
    this.#enter(request, trace.setSpan(parent, span), done);
  };

  #enter(request: TracedRequest, inside: Context, done: HookHandlerDoneFunction): void {
    request[active] = inside;
    context.with(inside, done);
  }

  // Reading a body continues in the parser's context, not in the request's: enter it again before anything uses it. Only on
  // routes that read one, since every hook costs every request.
  readonly onRoute = (route: RouteOptions): void => {
    const methods = [route.method].flat();
    if (methods.every(method => method === 'GET' || method === 'HEAD')) return;
    route.preValidation = [this.#reenter, ...[route.preValidation ?? []].flat()];
  };

  readonly #reenter = (request: FastifyRequest, _reply: FastifyReply, done: HookHandlerDoneFunction): void => {
    const inside = (request as TracedRequest)[active];
    if (inside === undefined) done();
    else context.with(inside, done);
  };

  // Remembered only: an error handler may still make a 4xx of it, which is no failure of this service.
  // eslint-disable-next-line max-params -- Fastify's hook
  readonly onError = (request: FastifyRequest, _reply: FastifyReply, error: Error, done: () => void): void => {
    (request as TracedRequest)[thrown] = error;
    done();
  };

  // Propagators read what a stranger sent: whatever they make of it, the request goes on.
  #callerOf({ headers }: FastifyRequest): Context {
    let isAlone = true;
    for (const name of this.#inboundHeaders) isAlone &&= headers[name] === undefined;
    if (isAlone) return rootContext;
    try {
      return propagation.extract(rootContext, headers);
    } catch {
      return rootContext;
    }
  }

  #end(span: Span, request: FastifyRequest, { reply, attributes, seconds }: Answered): void {
    const { statusCode, writableFinished } = reply.raw;
    const measured: Attributes = {
      [ATTR_HTTP_REQUEST_METHOD]: attributes[ATTR_HTTP_REQUEST_METHOD],
      [ATTR_URL_SCHEME]: attributes[ATTR_URL_SCHEME],
      [ATTR_HTTP_RESPONSE_STATUS_CODE]: statusCode,
    };
    const route = attributes[ATTR_HTTP_ROUTE];
    if (route !== undefined) measured[ATTR_HTTP_ROUTE] = route;
    writeAttributes(span, { [ATTR_HTTP_RESPONSE_STATUS_CODE]: statusCode });
    if (!writableFinished) {
      // The caller left: nobody read the status, and no fault of ours is told by it.
      measured[ATTR_ERROR_TYPE] = 'client_disconnected';
      span.setAttribute(ATTR_ERROR_TYPE, 'client_disconnected');
    } else if (statusCode >= 500) {
      measured[ATTR_ERROR_TYPE] = String(statusCode);
      span.setAttribute(ATTR_ERROR_TYPE, String(statusCode));
      const error = (request as TracedRequest)[thrown];
      if (error !== undefined) recordException(span, error);
      span.setStatus({ code: SpanStatusCode.ERROR });
    }
    span.end(clock.now());
    this.#duration.record(seconds, measured);
  }
}

interface Answered {
  readonly reply: FastifyReply;
  readonly attributes: Attributes;
  readonly seconds: number;
}

// Not server.address and server.port: they are the same in every span of a service, and the caller chooses them.
function requestAttributes(request: FastifyRequest, method: string, template: string | undefined): Attributes {
  const { url, raw } = request;
  const queryAt = url.indexOf('?');
  const attributes: Attributes = {
    [ATTR_HTTP_REQUEST_METHOD]: method,
    [ATTR_URL_PATH]: queryAt < 0 ? url : url.slice(0, queryAt),
    [ATTR_URL_SCHEME]: request.protocol,
    [ATTR_CLIENT_ADDRESS]: request.ip,
  };
  if (template !== undefined) attributes[ATTR_HTTP_ROUTE] = template;
  if (raw.httpVersion !== '1.1') attributes[ATTR_NETWORK_PROTOCOL_VERSION] = raw.httpVersion;
  if (method === '_OTHER') attributes[ATTR_HTTP_REQUEST_METHOD_ORIGINAL] = request.method;
  if (queryAt >= 0) attributes[ATTR_URL_QUERY] = redactQuery(url.slice(queryAt + 1));
  const agent = raw.headers['user-agent'];
  if (agent !== undefined) attributes[ATTR_USER_AGENT_ORIGINAL] = agent;
  return attributes;
}
