import { ROOT_CONTEXT, SpanKind, SpanStatusCode, context, propagation, trace } from '@opentelemetry/api';
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
import type { FastifyInstance, FastifyReply, FastifyRequest, HookHandlerDoneFunction, RouteOptions } from 'fastify';
import { clock } from '../clock.ts';
import { recordException } from '../fail-span.ts';
import { currentRuntime } from '../runtime.ts';
import type { Runtime } from '../runtime.ts';
import { traceResponseHeaders } from './trace-response.ts';
import { knownMethods, redactQuery } from '../http-names.ts';

// Known to every copy of this package: the agent's may have come before the application's own.
const active = Symbol.for('tracelab.serverSpan');
const thrown = Symbol('tracelab.thrown');

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

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
    this.#duration = runtime.meter.createHistogram(METRIC_HTTP_SERVER_REQUEST_DURATION, {
      description: 'Duration of HTTP server requests.',
      unit: 's',
      advice: { explicitBucketBoundaries: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10] },
    });
  }

  readonly onRequest = (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void => {
    const parent = this.#callerOf(request);
    const attributes = requestAttributes(request);
    const span = this.#runtime.tracer.startSpan(
      nameOf(attributes),
      { kind: SpanKind.SERVER, attributes, startTime: clock.now() },
      parent,
    );
    const inside = trace.setSpan(parent, span);
    (request as TracedRequest)[active] = inside;
    if (this.#runtime.isAnnouncing) reply.headers(traceResponseHeaders(span.spanContext()));
    const startedAtMs = performance.now();
    // Not the onResponse hook: a hijacked reply and a caller who left never reach it, and `close` comes always.
    reply.raw.once('close', () => {
      this.#end(span, request, { reply, attributes, seconds: (performance.now() - startedAtMs) / 1e3 });
    });
    context.with(inside, done);
  };

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
    if (!this.#inboundHeaders.some(name => headers[name] !== undefined)) return ROOT_CONTEXT;
    try {
      return propagation.extract(ROOT_CONTEXT, headers);
    } catch {
      return ROOT_CONTEXT;
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
    span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, statusCode);
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

// Fastify makes `routeOptions` anew at every look, so the route is read once and taken from the attributes from then on.
function nameOf(attributes: Attributes): string {
  const { [ATTR_HTTP_REQUEST_METHOD]: method, [ATTR_HTTP_ROUTE]: route } = attributes;
  const shown = typeof method !== 'string' || method === '_OTHER' ? 'HTTP' : method;
  return typeof route === 'string' ? `${shown} ${route}` : shown;
}

// Not server.address and server.port: they are the same in every span of a service, and the caller chooses them.
function requestAttributes(request: FastifyRequest): Attributes {
  const { method, url, raw } = request;
  const queryAt = url.indexOf('?');
  const isKnown = knownMethods.has(method);
  const attributes: Attributes = {
    [ATTR_HTTP_REQUEST_METHOD]: isKnown ? method : '_OTHER',
    [ATTR_URL_PATH]: queryAt < 0 ? url : url.slice(0, queryAt),
    [ATTR_URL_SCHEME]: request.protocol,
    [ATTR_CLIENT_ADDRESS]: request.ip,
  };
  const route = request.routeOptions.url;
  if (route !== undefined) attributes[ATTR_HTTP_ROUTE] = route;
  if (raw.httpVersion !== '1.1') attributes[ATTR_NETWORK_PROTOCOL_VERSION] = raw.httpVersion;
  if (!isKnown) attributes[ATTR_HTTP_REQUEST_METHOD_ORIGINAL] = method;
  if (queryAt >= 0) attributes[ATTR_URL_QUERY] = redactQuery(url.slice(queryAt + 1));
  const agent = raw.headers['user-agent'];
  if (agent !== undefined) attributes[ATTR_USER_AGENT_ORIGINAL] = agent;
  return attributes;
}
