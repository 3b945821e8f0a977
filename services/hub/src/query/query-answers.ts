import { JsonBytes } from '@tracelab/trace-model';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';

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

/** Puts JSON into bytes, step by step; after each, what was written may be taken. */
export type JsonWriting = (json: JsonBytes) => Iterator<void>;

/**
 * The same for what is written as bytes. What is long is sent in parts while the rest is written: whoever asked reads
 * meanwhile, others are answered in between, and it is never in memory as a whole.
 */
export function sendWritten(request: FastifyRequest, reply: FastifyReply, writing: JsonWriting): FastifyReply {
  const json = new JsonBytes();
  const steps = writing(json);
  const isPretty = indentOf(request) !== undefined;
  const isWhole = writePart(json, steps, isPretty ? Infinity : PART_BYTES);
  if (isPretty) return sendJson(request, reply, JSON.parse(TEXT.decode(json.bytes())));
  return send(reply, isWhole ? bufferOf(json.bytes()) : Readable.from(partsOf(json, steps)));
}

const TEXT = new TextDecoder();
export const PART_BYTES = 64 * 1024;

/** True when nothing is left to write. */
function writePart(json: JsonBytes, steps: Iterator<void>, sizeBytes: number): boolean {
  while (json.length < sizeBytes) if (steps.next().done === true) return true;
  return false;
}

async function* partsOf(json: JsonBytes, steps: Iterator<void>): AsyncGenerator<Uint8Array> {
  let isWhole = false;
  while (!isWhole) {
    yield json.take();
    await setImmediate();
    isWhole = writePart(json, steps, PART_BYTES);
  }
  yield json.take();
}

function indentOf(request: FastifyRequest): number | undefined {
  const pretty = new QueryParameters(request.url).text('prettyPrint');
  return pretty === undefined || pretty === 'false' ? undefined : 4;
}

// As bytes, or Fastify would add a charset to the type.
const send = (reply: FastifyReply, bytes: Buffer | Readable): FastifyReply =>
  reply.header('content-type', JSON_TYPE).send(bytes);

const bufferOf = ({ buffer, byteOffset, byteLength }: Uint8Array<ArrayBuffer>) =>
  Buffer.from(buffer, byteOffset, byteLength);

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
export function envelopeOfTraces(traces: readonly JaegerTraceSource[], errors?: EnvelopeParts['errors']): JsonWriting {
  const around = JSON.stringify(envelope({ data: [], ...(errors !== undefined && { errors }) }));
  return function* (json) {
    json.raw(DATA);
    for (const trace of traces) {
      json.comma();
      yield* writeJaegerTrace(json, trace);
    }
    json.written(around.slice(DATA.length));
  };
}

const DATA = '{"data":[';

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
