import { JsonBytes } from '@tracelab/trace-model';
import { type FastifyReply, type FastifyRequest } from 'fastify';

import { StoreUnavailable } from '../store/trace-store.ts';
import { BadParameter } from './bad-parameter.ts';
import { type JaegerTraceSource, writeJaegerTrace } from './jaeger-trace.ts';
import { QueryParameters } from './query-parameters.ts';

const PLAIN = 'text/plain; charset=utf-8';
const JSON_TYPE = 'application/json';

/** The status and the words for an error that the query side foresees; undefined for a bug. */
export function failureOf(error: unknown): { readonly status: number; readonly message: string } | undefined {
  if (error instanceof BadParameter) return { status: 400, message: error.message };
  if (error instanceof NotFound) return { status: 404, message: error.message };
  if (error instanceof NotConfigured) return { status: error.status, message: error.message };
  if (error instanceof StoreUnavailable) return { status: 503, message: error.message };
  return undefined;
}

/** What was asked for is not there. */
export class NotFound extends Error {
  readonly code = 'NotFound';
}

/** What was asked for exists in Jaeger, and this backend is not set up for it. */
export class NotConfigured extends Error {
  readonly code = 'NotConfigured';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Writes JSON as Jaeger does when asked to print it prettily. */
export function sendJson(request: FastifyRequest, reply: FastifyReply, body: unknown): FastifyReply {
  return send(reply, Buffer.from(JSON.stringify(body, undefined, indentOf(request))));
}

/** The same for what is JSON already. */
export function sendJsonBytes(request: FastifyRequest, reply: FastifyReply, json: JsonBytes): FastifyReply {
  const bytes = json.bytes();
  if (indentOf(request) !== undefined) return sendJson(request, reply, JSON.parse(TEXT.decode(bytes)));
  return send(reply, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}

const TEXT = new TextDecoder();

function indentOf(request: FastifyRequest): number | undefined {
  const pretty = new QueryParameters(request.url).text('prettyPrint');
  return pretty === undefined || pretty === 'false' ? undefined : 4;
}

// As bytes, or Fastify would add a charset to the type.
const send = (reply: FastifyReply, bytes: Buffer): FastifyReply => reply.header('content-type', JSON_TYPE).send(bytes);

export interface EnvelopeParts {
  readonly data: unknown;
  readonly total?: number;
  readonly errors?: readonly { readonly msg: string; readonly traceID?: string }[];
}

/** v1's wrapping; `total` counts names only, in Jaeger too. */
export function envelope({ data, total = 0, errors }: EnvelopeParts) {
  return { data, total, limit: 0, offset: 0, errors: errors ?? null };
}

/** The same around traces. */
export function envelopeOfTraces(traces: readonly JaegerTraceSource[], errors?: EnvelopeParts['errors']): JsonBytes {
  const json = jsonForSpans(traces.reduce((sum, { spanCount }) => sum + spanCount, 0));
  const around = JSON.stringify(envelope({ data: [], ...(errors !== undefined && { errors }) }));
  json.raw(DATA);
  for (const trace of traces) {
    json.comma();
    writeJaegerTrace(json, trace);
  }
  json.written(around.slice(DATA.length));
  return json;
}

const DATA = '{"data":[';

/** With the room that so many spans mostly take, so that what is written need not be copied as it grows. */
export function jsonForSpans(spanCount: number): JsonBytes {
  return new JsonBytes((spanCount + 1) * SPAN_BYTES);
}

const SPAN_BYTES = 1024;

/** v1's errors are JSON that says it is text, as Go's `http.Error` sends it: clients parse it all the same. */
export function sendV1Failure(reply: FastifyReply, status: number, message: string): FastifyReply {
  const body = { data: null, total: 0, limit: 0, offset: 0, errors: [{ code: status, msg: message }] };
  return sendFailure(reply, status, body);
}

export function sendV3Failure(reply: FastifyReply, status: number, message: string): FastifyReply {
  return sendFailure(reply, status, { error: { httpCode: status, message } });
}

function sendFailure(reply: FastifyReply, status: number, body: unknown): FastifyReply {
  if (status === 503) reply.header('retry-after', '1');
  return reply
    .code(status)
    .type(PLAIN)
    .header('x-content-type-options', 'nosniff')
    .send(`${JSON.stringify(body)}\n`);
}
