import { type EndpointDefinition, isIdempotent, type RequestOf, type ResponseOf } from '@tracelab/contracts/endpoint';
import { Problem } from '@tracelab/contracts/problem';
import { type Dispatcher, request as send } from 'undici';
import { connections } from './connections.ts';
import { deadlineHeader, remainingMs } from './deadline.ts';
import { CallFailed, type CallFailure, CallRefused } from './errors.ts';
import { retrying, type RetryPolicy } from './retry.ts';
import { TimeLimit } from './time-limit.ts';
import { urlOf } from './url.ts';

export interface CallOptions {
  readonly baseUrl: string;
  /** For all tries together. Inside a request it is cut to what the request has left. */
  readonly timeoutMs: number;
  /** Heeded only where repeating is harmless: the endpoint is idempotent, or takes the key that is given. */
  readonly retry?: RetryPolicy;
  readonly idempotencyKey?: string | undefined;
}

interface Parts {
  readonly params?: unknown;
  readonly query?: unknown;
  readonly body?: unknown;
}

/**
 * Calls another service through its contract and parses what comes back. Rejects with CallRefused when the callee
 * answered no, with CallFailed when there is no usable answer; with nothing else.
 */
export function call<Definition extends EndpointDefinition>(
  definition: Definition,
  request: RequestOf<Definition>,
  options: CallOptions,
): Promise<ResponseOf<Definition>> {
  return forward(definition, request as Parts, options);
}

/** As `call`, for a body that is passed on as it came: the callee judges it by the contract, not we. */
export async function forward<Definition extends EndpointDefinition>(
  definition: Definition,
  request: Parts,
  options: CallOptions,
): Promise<ResponseOf<Definition>> {
  const end = performance.now() + Math.min(options.timeoutMs, remainingMs());
  const remaining = () => end - performance.now();
  const attempt = () => answerOf(definition, request, { ...options, timeoutMs: remaining() });
  const { retry } = options;
  return retry && isRepeatable(definition, options) ? retrying(retry, remaining, attempt) : attempt();
}

const isRepeatable = (definition: EndpointDefinition, { idempotencyKey }: CallOptions): boolean =>
  isIdempotent(definition) || (definition.takesIdempotencyKey === true && idempotencyKey !== undefined);

async function answerOf<Definition extends EndpointDefinition>(
  definition: Definition,
  request: Parts,
  options: CallOptions,
): Promise<ResponseOf<Definition>> {
  const operation = `${definition.method} ${options.baseUrl}${definition.path}`;
  if (options.timeoutMs < 1) throw new CallFailed(operation, 'timeout');
  const url = urlOf(definition.path, request, options.baseUrl);
  const { status, json } = await exchange(operation, url, {
    method: definition.method,
    headers: headersOf(request, options),
    body: request.body === undefined ? null : JSON.stringify(request.body),
    limit: new TimeLimit(Math.ceil(options.timeoutMs)),
  });
  if (status >= 400) throw new CallRefused(operation, problemOf(status, json));
  const parsed = definition.response.safeParse(json);
  if (!parsed.success) throw new CallFailed(operation, 'invalid-answer', parsed.error);
  return parsed.data as ResponseOf<Definition>;
}

function headersOf({ body }: Parts, { timeoutMs, idempotencyKey }: CallOptions): Record<string, string> {
  return {
    accept: 'application/json',
    [deadlineHeader]: String(Math.floor(timeoutMs)),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
  };
}

interface Sent extends Pick<Dispatcher.RequestOptions, 'method' | 'headers' | 'body'> {
  readonly limit: TimeLimit;
}

interface Exchanged {
  readonly status: number;
  readonly json: unknown;
}

async function exchange(operation: string, url: string, { limit, ...sent }: Sent): Promise<Exchanged> {
  try {
    const { statusCode, body } = await send(url, { ...sent, signal: limit.signal, dispatcher: connections() });
    const text = await body.text();
    return { status: statusCode, json: text === '' ? undefined : parseJson(text) };
  } catch (cause) {
    throw new CallFailed(operation, failureOf(cause), cause);
  } finally {
    limit.lift();
  }
}

// A proxy or a crash may answer with a page; it then fails the contract, not the parser.
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const UNREACHABLE = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);

// By name and code, never instanceof: the error may come from another realm or another copy of undici.
export function failureOf(cause: unknown): CallFailure {
  const { name, code, errors = [] } = cause as { name?: string; code?: string; errors?: readonly { code?: string }[] };
  if (name === 'TimeoutError' || name === 'AbortError') return 'timeout';
  const codes = [code, ...errors.map(error => error.code)];
  return codes.some(each => each !== undefined && UNREACHABLE.has(each)) ? 'unreachable' : 'interrupted';
}

function problemOf(status: number, json: unknown): Problem {
  const parsed = Problem.safeParse(json);
  if (parsed.success) return parsed.data;
  return { type: 'about:blank', title: `HTTP ${status}`, status, code: 'NotAProblem' };
}
