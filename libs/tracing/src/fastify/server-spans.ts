import type { IncomingMessage, ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import { SpanKind, SpanStatusCode, context, propagation, trace } from '@opentelemetry/api';
import type { Attributes, Context, Span } from '@opentelemetry/api';
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
import { getRPCMetadata, suppressTracing } from '@opentelemetry/core';
import type { FastifyInstance, FastifyReply, FastifyRequest, HookHandlerDoneFunction, RouteOptions } from 'fastify';
import { CleanTexts } from '../clean-texts.ts';
import { clock } from '../clock.ts';
import type { DurationMetric, DurationSeries } from '../duration-metric.ts';
import { recordException } from '../fail-span.ts';
import { rootContext } from '../layered-context.ts';
import { currentRuntime } from '../runtime.ts';
import type { Runtime } from '../runtime.ts';
import { redactQuery } from '../http-names.ts';
import { redactText } from '../redact.ts';
import { thrown } from '../thrown.ts';
import type { FailingRequest } from '../thrown.ts';
import { whenOver } from './response-over.ts';
import type { ResponseEnding } from './response-over.ts';
import { ServerRoutes } from './server-route.ts';
import type { ServerRoute } from './server-route.ts';
import { announce } from './trace-response.ts';

// Known to every copy of this package: the agent's may have come before the application's own.
const active = Symbol.for('tracelab.serverSpan');
/** What the agent leaves on a request that a plain server has already given its span. */
const handedOn = Symbol.for('tracelab.httpServerSpan');
/** Where nothing makes a span, neither by hand nor by a client library. */
const untraced = suppressTracing(rootContext);

const callers = new CleanTexts();

interface TracedRequest extends FastifyRequest, FailingRequest {
  [active]?: Context;
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
  readonly #duration: DurationMetric;
  readonly #inboundHeaders = propagation.fields().map(name => name.toLowerCase());
  readonly #routes: ServerRoutes;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
    this.#routes = new ServerRoutes(runtime.ignoredRoutes);
    this.#duration = runtime.duration({
      name: METRIC_HTTP_SERVER_REQUEST_DURATION,
      description: 'Duration of HTTP server requests.',
      keys: [
        ATTR_HTTP_REQUEST_METHOD,
        ATTR_URL_SCHEME,
        ATTR_HTTP_RESPONSE_STATUS_CODE,
        ATTR_HTTP_ROUTE,
        ATTR_ERROR_TYPE,
      ],
      boundaries: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
    });
  }

  readonly onRequest = (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void => {
    // Fastify makes `routeOptions` anew at every look.
    const template = request.routeOptions.url;
    const route = this.#routes.of(request.method, template);
    if (route.isIgnored) {
      this.#enter(request, untraced, done);
      return;
    }
    if (handedOn in request.raw) {
      tellRoute(template);
      done();
      return;
    }
    const parent = this.#callerOf(request);
    const scheme = request.protocol;
    const attributes = requestAttributes(request, route, scheme);
    const startedAtMs = performance.now();
    const options = { kind: SpanKind.SERVER, attributes, startTime: clock.at(startedAtMs), areClean: true };
    const span = this.#runtime.tracer.startSpan(route.name, options, parent);
    if (this.#runtime.isAnnouncing) announce(reply, span.spanContext());
    const served = { span, request, route, scheme, startedAtMs };
    // Not the onResponse hook: a hijacked reply and a caller who left never reach it.
    whenOver(request.raw, reply.raw, ending => {
      this.#end(served, reply.raw, ending);
    });
    this.#enter(request, trace.setSpan(parent, span), done);
  };

  #enter(request: TracedRequest, inside: Context, done: HookHandlerDoneFunction): void {
    request[active] = inside;
    context.with(inside, done);
  }

  // Fastify keeps the context over its parsers. A preParsing hook that collects the body itself, to decrypt it or to check its signature, goes on in the
  // connection's: enter the request's again before anything uses it. Only on routes that read one, since every hook costs every request.
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

  // Remembered only: an error handler may still make a 4xx of it, which is no failure of this service. The first tells
  // more than what a filter throws over it.
  // eslint-disable-next-line max-params -- Fastify's hook
  readonly onError = (request: FastifyRequest, _reply: FastifyReply, error: Error, done: () => void): void => {
    (request as TracedRequest)[thrown] ??= error;
    done();
  };

  // Propagators read what a stranger sent: whatever they make of it, the request goes on.
  #callerOf({ raw: { headers } }: FastifyRequest): Context {
    let isAlone = true;
    for (const name of this.#inboundHeaders) isAlone &&= headers[name] === undefined;
    if (isAlone) return rootContext;
    try {
      return propagation.extract(rootContext, headers);
    } catch {
      return rootContext;
    }
  }

  #end({ span, request, route, scheme, startedAtMs }: Served, response: ServerResponse, ending: ResponseEnding): void {
    const endedAtMs = performance.now();
    const status = ending === 'sent' || response.headersSent ? response.statusCode : undefined;
    const failed = failureOf(ending, status, request.raw);
    if (status !== undefined) span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, status);
    if (failed !== undefined) {
      span.setAttribute(ATTR_ERROR_TYPE, failed);
      if (failed !== 'client_disconnected') this.#fail(span, request);
    }
    span.end(clock.at(endedAtMs));
    const durations =
      failed === undefined && status !== undefined
        ? this.#successes(route, scheme, status)
        : this.#durations(route, { scheme, status, failed });
    durations.record((endedAtMs - startedAtMs) / 1e3);
  }

  #fail(span: Span, request: TracedRequest): void {
    // Middlewares know the request of Node alone.
    const error = request[thrown] ?? (request.raw as FailingRequest)[thrown];
    if (error !== undefined) recordException(span, error);
    span.setStatus({ code: SpanStatusCode.ERROR });
  }

  #successes(route: ServerRoute, scheme: string, status: number): DurationSeries {
    const { latest } = route;
    if (latest?.status === status && latest.scheme === scheme) return latest.durations;
    const durations = this.#durations(route, { scheme, status });
    route.latest = { scheme, status, durations };
    return durations;
  }

  #durations({ method, template }: ServerRoute, { scheme, status, failed }: Answer): DurationSeries {
    return this.#duration.seriesOf({
      [ATTR_HTTP_REQUEST_METHOD]: method,
      [ATTR_URL_SCHEME]: scheme,
      ...(status !== undefined && { [ATTR_HTTP_RESPONSE_STATUS_CODE]: status }),
      ...(template !== undefined && { [ATTR_HTTP_ROUTE]: template }),
      ...(failed !== undefined && { [ATTR_ERROR_TYPE]: failed }),
    });
  }
}

function tellRoute(template: string | undefined): void {
  const rpc = getRPCMetadata(context.active());
  if (rpc !== undefined && template !== undefined) rpc.route = template;
}

// A caller who leaves is no fault of ours. A connection that serves another protocol now ends somehow, and one that was refused it has its answer.
function failureOf(ending: ResponseEnding, status: number | undefined, raw: IncomingMessage): string | undefined {
  if (ending === 'sent' || ('upgrade' in raw && raw.upgrade === true))
    return status !== undefined && status >= 500 ? String(status) : undefined;
  return ending === 'left' ? 'client_disconnected' : 'response_cut_off';
}

interface Answer {
  readonly scheme: string;
  readonly status: number | undefined;
  readonly failed?: string | undefined;
}

interface Served {
  readonly span: Span;
  readonly request: FastifyRequest;
  readonly route: ServerRoute;
  readonly scheme: string;
  readonly startedAtMs: number;
}

// Not server.address and server.port: they are the same in every span of a service, and the caller chooses them. What the caller wrote
// is looked through for secrets here, so that nobody need look again.
function requestAttributes(request: FastifyRequest, { method, template }: ServerRoute, scheme: string): Attributes {
  const { url, raw } = request;
  const queryAt = url.indexOf('?');
  const attributes: Attributes = {
    [ATTR_HTTP_REQUEST_METHOD]: method,
    [ATTR_URL_PATH]: redactText(queryAt < 0 ? url : url.slice(0, queryAt)),
    [ATTR_URL_SCHEME]: scheme,
    [ATTR_CLIENT_ADDRESS]: request.ip,
  };
  if (template !== undefined) attributes[ATTR_HTTP_ROUTE] = template;
  if (raw.httpVersion !== '1.1') attributes[ATTR_NETWORK_PROTOCOL_VERSION] = raw.httpVersion;
  if (method === '_OTHER') attributes[ATTR_HTTP_REQUEST_METHOD_ORIGINAL] = redactText(request.method);
  if (queryAt >= 0) attributes[ATTR_URL_QUERY] = redactQuery(url.slice(queryAt + 1));
  const agent = raw.headers['user-agent'];
  if (agent !== undefined) attributes[ATTR_USER_AGENT_ORIGINAL] = callers.seen(agent);
  return attributes;
}
