import { context, propagation } from '@opentelemetry/api';
import type { Context, TextMapSetter } from '@opentelemetry/api';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ChannelSpans } from './client-spans.ts';
import type { ClientCall } from './client-call.ts';
import { httpAttributes, httpCalls, setStatusCode } from './http-call.ts';

/** What undici's channels carry, as far as it is used here; the same in the undici package and in Node's own fetch. */
interface UndiciRequest {
  readonly origin?: string | URL;
  readonly path: string;
  readonly method?: string;
  /** Names and values by turns; a text in undici 5. */
  readonly headers?: unknown;
  /** What the connection is to become, such as a WebSocket. */
  readonly upgrade?: string | null;
  addHeader(name: string, value: string): void;
}

interface UndiciMessage {
  readonly request: UndiciRequest;
  readonly response?: { readonly statusCode: number };
  readonly error?: unknown;
}

/**
 * CLIENT spans for undici and fetch from undici's channels, and the trace headers on what they send. A WebSocket has no span, since Node's own undici
 * does not tell when it is there: the other side is below the caller's.
 */
export class UndiciSpans implements ChannelSpans {
  readonly #calls = httpCalls();
  readonly #open = new WeakMap<UndiciRequest, ClientCall>();

  start(): void {
    for (const [channel, listener] of this.#listeners) subscribe(channel, listener);
  }

  stop(): void {
    for (const [channel, listener] of this.#listeners) unsubscribe(channel, listener);
  }

  readonly #onCreate = (message: unknown): void => {
    const { request } = message as UndiciMessage;
    const { origin, path, method = 'GET', upgrade } = request;
    if (typeof upgrade === 'string') {
      propagation.inject(callerOf(request), request, toHeaders);
      return;
    }
    const attributes = origin === undefined ? undefined : httpAttributes(method, String(origin), path);
    if (attributes === undefined) return;
    const call = this.#calls.open(method, attributes, callerOf(request));
    if (call === undefined) return;
    this.#open.set(request, call);
    propagation.inject(call.context, request, toHeaders);
  };

  readonly #onHeaders = (message: unknown): void => {
    const { request, response } = message as UndiciMessage;
    const call = this.#open.get(request);
    if (call !== undefined && response !== undefined) setStatusCode(call, response.statusCode);
  };

  readonly #onEnd = (message: unknown): void => {
    this.#open.get((message as UndiciMessage).request)?.end();
  };

  readonly #onError = (message: unknown): void => {
    const { request, error } = message as UndiciMessage;
    this.#open.get(request)?.fail(error);
  };

  readonly #listeners = [
    ['undici:request:create', this.#onCreate],
    ['undici:request:headers', this.#onHeaders],
    ['undici:request:trailers', this.#onEnd],
    ['undici:request:error', this.#onError],
  ] as const;
}

// A header that the caller passes on gives way, as in node:http: what comes twice is no trace to the other side. Several of baggage are
// one list.
const toHeaders: TextMapSetter<UndiciRequest> = {
  set: (request, name, value) => {
    const { headers } = request;
    if (name !== 'baggage' && Array.isArray(headers))
      for (let at = headers.length - 2; at >= 0; at -= 2) if (isHeader(headers[at], name)) headers.splice(at, 2);
    request.addHeader(name, value);
  },
};

function isHeader(key: unknown, name: string): boolean {
  return typeof key === 'string' && key.length === name.length && key.toLowerCase() === name.toLowerCase();
}

interface Handler {
  runInAsyncScope?(fn: () => Context): Context;
}

type HandledRequest = Readonly<Record<symbol, Handler | undefined>>;

// Every copy of undici has one of its own, and most processes use one copy.
let handlerKey = Symbol('handler');

function handlerOf(request: HandledRequest): Handler | undefined {
  if (!Object.hasOwn(request, handlerKey))
    handlerKey =
      Object.getOwnPropertySymbols(request).find(({ description }) => description === 'handler') ?? handlerKey;
  return request[handlerKey];
}

// A pool with a limit makes the request when a connection comes free, inside whatever request freed it. The handler was made by
// the caller and is an AsyncResource in undici's own API, so it still knows whose call this is.
function callerOf(request: UndiciRequest): Context {
  // Undici's types know nothing of the symbol.
  const handler = handlerOf(request as unknown as HandledRequest);
  if (typeof handler?.runInAsyncScope !== 'function') return context.active();
  return handler.runInAsyncScope(() => context.active());
}
