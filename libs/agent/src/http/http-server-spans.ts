import { ROOT_CONTEXT, SpanKind, SpanStatusCode, context, propagation, trace } from '@opentelemetry/api';
import type { Attributes, Context, Span } from '@opentelemetry/api';
import { RPCType, setRPCMetadata } from '@opentelemetry/core';
import type { RPCMetadata } from '@opentelemetry/core';
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
} from '@opentelemetry/semantic-conventions';
import {
  clock,
  currentRuntime,
  endingUnsent,
  knownMethods,
  recordException,
  redactQuery,
  thrown,
} from '@tracelab/tracing/instrumenting';
import type { FailingRequest } from '@tracelab/tracing/instrumenting';
import { Server as HttpServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Server as HttpsServer } from 'node:https';
import { expressRouteOf } from './express-route.ts';

type Listening = { listeners(event: string): readonly unknown[] };
type Emit = (this: Listening, event: string | symbol, ...args: unknown[]) => boolean;

const traced = Symbol.for('tracelab.httpServerSpan');

/**
 * One SERVER span for every request to a plain http(s) server, on which Express, Koa and most others stand. They say their route by
 * the RPC metadata in the context. Servers that make their own spans, as Fastify's do, are left alone.
 */
export class HttpServerSpans {
  readonly #ownListeners = new WeakSet<object>();
  readonly #isOwn = new WeakMap<object, boolean>();

  start(): void {
    for (const [server, scheme] of [
      [HttpServer, 'http'],
      [HttpsServer, 'https'],
    ] as const)
      this.#patch(server.prototype, scheme);
  }

  /** Requests to these listeners get no span here: whoever owns them makes it. */
  leaveTo(server: Listening): void {
    for (const listener of server.listeners('request')) this.#ownListeners.add(listener as object);
  }

  #patch(prototype: object, scheme: string): void {
    const { emit } = prototype as { readonly emit: Emit };
    const isOthers = (server: Listening, request: IncomingMessage) => this.#isOthers(server, request);
    // Every event of every server comes through here, and most requests are others': neither costs a closure.
    const value: Emit = function (event, ...args) {
      if (event !== 'request' || args.length < 2 || isOthers(this, args[0] as IncomingMessage))
        return emit.call(this, event, ...args);
      const [request, response] = args as [IncomingMessage, ServerResponse];
      const begun = begin({ request, response, scheme });
      if (begun === undefined) return emit.call(this, event, ...args);
      return context.with(begun, emit, this, event, ...args);
    };
    Object.defineProperty(value, 'name', { value: 'emit' });
    Object.defineProperty(prototype, 'emit', { value, configurable: true, writable: true, enumerable: false });
  }

  // Listeners may be many and requests more: each server is looked at once.
  #isOthers(server: Listening, request: IncomingMessage): boolean {
    if (traced in request) return true;
    const known = this.#isOwn.get(server);
    if (known !== undefined) return known;
    const isOwn = server.listeners('request').some(listener => this.#ownListeners.has(listener as object));
    this.#isOwn.set(server, isOwn);
    return isOwn;
  }
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly scheme: string;
}

// Whatever goes wrong in here, the request goes on.
function begin(exchange: Exchange): Context | undefined {
  const runtime = currentRuntime();
  if (runtime === undefined) return undefined;
  const { request, response } = exchange;
  const parent = callerOf(request);
  const attributes = attributesOf(exchange);
  const name = nameOf(attributes, undefined);
  const span = runtime.tracer.startSpan(name, { kind: SpanKind.SERVER, attributes, startTime: clock.now() }, parent);
  const rpc: RPCMetadata = { type: RPCType.HTTP, span };
  const inside = setRPCMetadata(trace.setSpan(parent, span), rpc);
  Object.defineProperty(request, traced, { value: span });
  // A body's later parts come in the connection's context, not in the request's.
  if (hasBody(request)) context.bind(inside, request);
  response.once('close', () => {
    end(span, { request, response, attributes, route: rpc.route });
  });
  return inside;
}

interface Answered {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly attributes: Attributes;
  readonly route: string | undefined;
}

function end(span: Span, { request, response, attributes, route = expressRouteOf(request) }: Answered): void {
  const { statusCode, headersSent, writableFinished } = response;
  if (headersSent) span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, statusCode);
  if (route !== undefined) {
    span.setAttribute(ATTR_HTTP_ROUTE, route);
    span.updateName(nameOf(attributes, route));
  }
  if (!writableFinished && endingUnsent(response, request.socket) === 'left')
    span.setAttribute(ATTR_ERROR_TYPE, 'client_disconnected');
  else if (!writableFinished) fail(span, request as FailingRequest, 'response_cut_off');
  else if (statusCode >= 500) fail(span, request as FailingRequest, String(statusCode));
  span.end(clock.now());
}

function fail(span: Span, { [thrown]: error }: FailingRequest, type: string): void {
  if (error !== undefined) recordException(span, error);
  span.setAttribute(ATTR_ERROR_TYPE, type);
  span.setStatus({ code: SpanStatusCode.ERROR });
}

function callerOf({ headers }: IncomingMessage): Context {
  try {
    return propagation.extract(ROOT_CONTEXT, headers);
  } catch {
    // Propagators read what a stranger sent.
    return ROOT_CONTEXT;
  }
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

function nameOf({ [ATTR_HTTP_REQUEST_METHOD]: method }: Attributes, route: string | undefined): string {
  const shown = typeof method !== 'string' || method === '_OTHER' ? 'HTTP' : method;
  return route === undefined ? shown : `${shown} ${route}`;
}

function attributesOf({ request, scheme }: Exchange): Attributes {
  const { method = 'GET', url = '', headers, httpVersion, socket } = request;
  const queryAt = url.indexOf('?');
  const isKnown = knownMethods.has(method);
  const attributes: Attributes = {
    [ATTR_HTTP_REQUEST_METHOD]: isKnown ? method : '_OTHER',
    [ATTR_URL_PATH]: queryAt < 0 ? url : url.slice(0, queryAt),
    [ATTR_URL_SCHEME]: scheme,
  };
  if (socket.remoteAddress !== undefined) attributes[ATTR_CLIENT_ADDRESS] = socket.remoteAddress;
  if (httpVersion !== '1.1') attributes[ATTR_NETWORK_PROTOCOL_VERSION] = httpVersion;
  if (!isKnown) attributes[ATTR_HTTP_REQUEST_METHOD_ORIGINAL] = method;
  if (queryAt >= 0) attributes[ATTR_URL_QUERY] = redactQuery(url.slice(queryAt + 1));
  const agent = headers['user-agent'];
  if (agent !== undefined) attributes[ATTR_USER_AGENT_ORIGINAL] = agent;
  return attributes;
}
