import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { failureOf } from './call.ts';
import { passingConnections } from './connections.ts';
import { deadlineHeader, remainingMs } from './deadline.ts';
import { CallFailed } from './errors.ts';
import { TimeLimit } from './time-limit.ts';

export interface PassedOn {
  readonly method: Dispatcher.HttpMethod;
  readonly baseUrl: string;
  /** Path and query as they came; nothing in them is resolved, so `..` leads nowhere. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer | undefined;
  readonly timeoutMs: number;
}

export interface PassedBack {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readable;
}

// What belongs to one connection (RFC 9110, 7.6.1), and what this side writes itself.
const NOT_PASSED_ON = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'host',
  'content-length',
  'traceparent',
  'tracestate',
  deadlineHeader,
]);

/**
 * Hands a request to another service as it came, and its answer back as it is, whatever its status: for endpoints that this
 * service offers but does not understand. Rejects with CallFailed where there is no answer.
 */
export async function passOn({ method, baseUrl, path, headers, body, timeoutMs }: PassedOn): Promise<PassedBack> {
  const limitMs = Math.floor(Math.min(timeoutMs, remainingMs()));
  const operation = `${method} ${baseUrl}`;
  const { origin, pathname } = new URL(baseUrl);
  if (limitMs < 1) throw new CallFailed(operation, 'timeout');
  const limit = new TimeLimit(limitMs);
  try {
    const answer = await passingConnections().request({
      origin,
      path: pathname.replace(/\/$/, '') + path,
      method,
      headers: { ...passedOn(headers), [deadlineHeader]: String(limitMs) },
      body: body ?? null,
      signal: limit.signal,
    });
    // The body is still to come.
    answer.body.once('close', () => {
      limit.lift();
    });
    return { status: answer.statusCode, headers: passedOn(answer.headers), body: answer.body };
  } catch (cause) {
    limit.lift();
    throw new CallFailed(operation, failureOf(cause), cause);
  }
}

function passedOn(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !NOT_PASSED_ON.has(name)));
}
