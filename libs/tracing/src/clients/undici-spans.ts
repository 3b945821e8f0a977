import { context, propagation } from '@opentelemetry/api';
import type { Context } from '@opentelemetry/api';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ChannelSpans } from './client-spans.ts';
import type { ClientCall } from './client-call.ts';
import { httpAttributes, httpCalls, setStatusCode } from './http-call.ts';

/** What undici's channels carry, as far as it is used here; the same in the undici package and in Node's own fetch. */
interface UndiciRequest {
  readonly origin?: string | URL;
  readonly path: string;
  readonly method?: string;
  addHeader(name: string, value: string): void;
}

interface UndiciMessage {
  readonly request: UndiciRequest;
  readonly response?: { readonly statusCode: number };
  readonly error?: unknown;
}

/** CLIENT spans for undici and fetch from undici's channels, and the trace headers on what they send. */
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
    const { origin, path, method = 'GET' } = request;
    const attributes = origin === undefined ? undefined : httpAttributes(method, String(origin), path);
    if (attributes === undefined) return;
    const call = this.#calls.open(method, attributes, callerOf(request));
    if (call === undefined) return;
    this.#open.set(request, call);
    propagation.inject(call.context, request, {
      set: (carrier, name, value) => {
        carrier.addHeader(name, value);
      },
    });
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

interface Handler {
  runInAsyncScope?(fn: () => Context): Context;
}

// A pool with a limit makes the request when a connection comes free, inside whatever request freed it. The handler was made by
// the caller and is an AsyncResource in undici's own API, so it still knows whose call this is.
function callerOf(request: UndiciRequest): Context {
  const symbol = Object.getOwnPropertySymbols(request).find(({ description }) => description === 'handler');
  const handler = symbol && (request as unknown as Record<symbol, Handler | undefined>)[symbol];
  if (typeof handler?.runInAsyncScope !== 'function') return context.active();
  return handler.runInAsyncScope(() => context.active());
}
