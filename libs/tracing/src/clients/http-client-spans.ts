import { propagation } from '@opentelemetry/api';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { ChannelSpans } from './client-spans.ts';
import type { ClientCall } from './client-call.ts';
import { httpAttributes, httpCalls, setStatusCode } from './http-call.ts';

interface HttpMessage {
  readonly request: ClientRequest;
  readonly response?: IncomingMessage;
  readonly error?: unknown;
}

/** CLIENT spans for node:http and node:https, on which axios and others stand, from Node's own channels. */
export class HttpClientSpans implements ChannelSpans {
  readonly #calls = httpCalls();
  readonly #open = new WeakMap<ClientRequest, ClientCall>();

  start(): void {
    for (const [channel, listener] of this.#listeners) subscribe(channel, listener);
  }

  stop(): void {
    for (const [channel, listener] of this.#listeners) unsubscribe(channel, listener);
  }

  readonly #onCreated = (message: unknown): void => {
    const { request } = message as HttpMessage;
    const origin = `${request.protocol}//${String(request.getHeader('host') ?? request.host)}`;
    const attributes = httpAttributes(request.method, origin, request.path);
    if (request.headersSent || attributes === undefined) return;
    const call = this.#calls.open(request.method, attributes);
    if (call === undefined) return;
    this.#open.set(request, call);
    propagation.inject(call.context, request, {
      set: (carrier, name, value) => {
        carrier.setHeader(name, value);
      },
    });
    // After an answer this ends nothing more; before one it is an abort that no channel tells.
    request.once('close', () => {
      call.end();
    });
  };

  readonly #onFinish = (message: unknown): void => {
    const { request, response } = message as HttpMessage;
    const call = this.#open.get(request);
    if (call === undefined || response === undefined) return;
    setStatusCode(call, response.statusCode ?? 0);
    response.once('close', () => {
      call.end();
    });
  };

  readonly #onError = (message: unknown): void => {
    const { request, error } = message as HttpMessage;
    this.#open.get(request)?.fail(error);
  };

  readonly #listeners = [
    ['http.client.request.created', this.#onCreated],
    ['http.client.response.finish', this.#onFinish],
    ['http.client.request.error', this.#onError],
  ] as const;
}
