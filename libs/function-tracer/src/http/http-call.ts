import type { IncomingMessage, ServerResponse } from 'node:http';
import { currentSession } from '../current-session.ts';
import { AttachedCall } from './attached-call.ts';
import { OpenCalls } from './open-calls.ts';
import { nextRequestId } from './request-ids.ts';
import { activeSpan, type SpanIds } from '../runtime/active-span.ts';
import { now } from '../runtime/clock.ts';
import { runtime } from '../runtime/global-runtime.ts';
import { createRoot, type RequestRoot } from '../runtime/request-root.ts';

const REQUEST_ID = /^[\x21-\x7e]{1,128}$/;
const TRACEPARENT = /^[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-[\da-f]{2}/;

/** One request that a server of this process answers: its events, and the root of every call made for it. */
export class HttpCall {
  readonly root: RequestRoot;
  readonly requestId: string;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #method: string;
  readonly #target: string;
  readonly #startedMs = now();
  #hasEnded = false;

  private constructor(request: IncomingMessage, response: ServerResponse) {
    const parent = parentSpan(request);
    const given = header(request, 'x-request-id');
    const { traceId, spanId } = activeSpan() ?? parent;
    this.requestId = given !== undefined && REQUEST_ID.test(given) ? given : (parent.traceId ?? nextRequestId());
    this.root = createRoot({
      requestId: this.requestId,
      traceId,
      spanId,
      writes: runtime.takesRequest(this.#startedMs),
    });
    this.#request = request;
    this.#response = response;
    this.#method = request.method ?? '';
    this.#target = targetOf(request);
    if (this.root.writes === 'all') this.#writeRequest();
  }

  /** The call of a request: the same one for everybody who asks. */
  static of(request: IncomingMessage, response: ServerResponse): HttpCall {
    const known = AttachedCall.of(request);
    if (known !== undefined) return known;
    const call = HttpCall.#attached(request, response);
    // Once, and also when the client goes away or the handler fails.
    response.on('close', () => {
      call.end();
    });
    return call;
  }

  /** The call of a request that a server of this process has just received, which tells when it is answered. */
  static received(request: IncomingMessage, response: ServerResponse): HttpCall {
    const call = HttpCall.#attached(request, response);
    OpenCalls.add(request.socket, call);
    return call;
  }

  static #attached(request: IncomingMessage, response: ServerResponse): HttpCall {
    const call = new HttpCall(request, response);
    AttachedCall.attach(request, call);
    return call;
  }

  /** Names the request to the client, unless the application does. */
  echoId(response: ServerResponse): void {
    if (!response.headersSent && !response.hasHeader('x-request-id'))
      response.setHeader('x-request-id', this.requestId);
  }

  #writeRequest(): void {
    const request = this.#request;
    const address = request.socket.remoteAddress ?? null;
    const fields = { remote_addr: address, user_agent: this.#userAgent() ?? null, client: address };
    this.#write('HTTP_REQUEST', fields, this.#startedMs);
  }

  #userAgent(): string | undefined {
    const agent = header(this.#request, 'user-agent');
    return agent === undefined ? undefined : currentSession()?.redacted(agent);
  }

  /** The response has been sent, or never will be. Of a request too many both events are written when it fails. */
  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    const { statusCode, writableFinished } = this.#response;
    const isFailed = statusCode >= 500 || !writableFinished;
    const { writes } = this.root;
    if (writes === 'nothing' || (writes === 'failures' && !isFailed)) return;
    if (writes === 'failures') this.#writeRequest();
    this.#writeResponse();
  }

  #writeResponse(): void {
    const response = this.#response;
    const endedMs = now();
    const micros = Math.round((endedMs - this.#startedMs) * 1000);
    const fields = {
      status_code: response.statusCode,
      durationMicros: micros,
      durationMillis: Math.floor(micros / 1000),
      ...(response.writableFinished ? {} : { aborted: true }),
    };
    this.#write('HTTP_RESPONSE', fields, endedMs);
  }

  #write(event: string, fields: Readonly<Record<string, unknown>>, atMs: number): void {
    const session = currentSession();
    if (session === undefined || runtime.on === 0) return;
    // By the time of the response its own span is known.
    const { traceId, spanId } = runtime.spanRoots.firstIn(this.root) ?? this.root;
    const whole = {
      event,
      request_id: this.requestId,
      method: this.#method,
      path: session.redacted(pathOf(this.#target)),
      ...fields,
      thread: 'main',
      trace_id: traceId,
      span_id: spanId,
    };
    session.recorder.line(JSON.stringify(whole).slice(1, -1), undefined, atMs);
  }
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

type ParentSpan = { readonly [Id in keyof SpanIds]: SpanIds[Id] | undefined };

const NO_SPAN: ParentSpan = { traceId: undefined, spanId: undefined };

function parentSpan(request: IncomingMessage): ParentSpan {
  const value = header(request, 'traceparent');
  if (value === undefined) return NO_SPAN;
  const [, traceId, spanId] = TRACEPARENT.exec(value) ?? [];
  return { traceId, spanId };
}

function targetOf(request: IncomingMessage): string {
  const { originalUrl } = request as { originalUrl?: string };
  return originalUrl ?? request.url ?? '';
}

/** Without the query, which may hold anything. */
function pathOf(target: string): string {
  return target.split('?', 1)[0] ?? '';
}
