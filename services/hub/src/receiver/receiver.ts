import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';

import { type CheckedTraces, checkTraces } from '../otlp/check-traces.ts';
import { protobufFromJson } from '../otlp/json-to-protobuf.ts';
import { MalformedPayload } from '../otlp/malformed-payload.ts';
import { spanCountOf, type TraceBatch } from '../otlp/trace-batch.ts';
import { StoreUnavailable, type TraceStore } from '../store/trace-store.ts';
import { allowCrossOrigin } from './cross-origin.ts';
import { type IngestCounters } from './ingest-counters.ts';
import { exportAnswer, JSON_TYPE, type OtlpType, otlpTypeOf, statusAnswer } from './otlp-answer.ts';
import { RefusedRequest } from './refused-request.ts';
import { type BodyLimits, BodyReader } from './request-body.ts';

export interface ReceiverOptions {
  readonly store: TraceStore;
  readonly counters: IngestCounters;
  readonly limits: BodyLimits;
  /** Answer when spans are accepted, or only when they survive a killed process. */
  readonly acknowledge: 'memory' | 'disk';
  /** Origins whose pages may send; `*` for any. */
  readonly corsOrigins: readonly string[];
}

const RETRY_AFTER_SECONDS = '1';
const NOT_ALLOWED = '405 method not allowed, supported: [POST]';
const WRONG_TYPE = '415 unsupported media type, supported: [application/json, application/x-protobuf]';

/** OTLP over HTTP: traces are stored, metrics and logs taken and counted, so that no exporter complains. */
export function createReceiver(options: ReceiverOptions): FastifyInstance {
  const app = fastify({ requestTimeout: 60_000, forceCloseConnections: true });
  app.removeAllContentTypeParsers();
  // Bodies are read by hand: their limits depend on what is in flight, and errors answer in the request's encoding.
  app.addContentTypeParser('*', (_request, _payload, done) => {
    done(null);
  });
  if (options.corsOrigins.length > 0) allowCrossOrigin(app, options.corsOrigins);
  const receiver = new Receiver(options);
  app.post('/v1/traces', (request, reply) => receiver.traces(request, reply));
  app.post('/v1/metrics', (request, reply) => receiver.other('metrics', request, reply));
  app.post('/v1/logs', (request, reply) => receiver.other('logs', request, reply));
  const methods = ['GET', 'PUT', 'DELETE', 'PATCH', ...(options.corsOrigins.length > 0 ? [] : ['OPTIONS'])];
  for (const url of ['/v1/traces', '/v1/metrics', '/v1/logs']) {
    app.route({
      method: methods,
      url,
      handler: (_request, reply) => reply.code(405).header('allow', 'POST').type(PLAIN).send(NOT_ALLOWED),
    });
  }
  app.setNotFoundHandler((_request, reply) => reply.code(404).type(PLAIN).send('404 page not found'));
  return app;
}

const PLAIN = 'text/plain; charset=utf-8';

class Receiver {
  readonly #options: ReceiverOptions;
  readonly #bodies: BodyReader;

  constructor(options: ReceiverOptions) {
    this.#options = options;
    this.#bodies = new BodyReader(options.limits);
  }

  async traces(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { counters } = this.#options;
    counters.requests++;
    const type = otlpTypeOf(request.headers['content-type']);
    if (type === undefined) return this.#wrongType(reply);
    try {
      const body = await this.#bodies.read(request.raw, request.headers['content-encoding']);
      const checked = checkTraces(type === JSON_TYPE ? protobufFromJson(body) : body);
      await this.#store(checked.batch);
      return await this.#accept(reply, type, checked);
    } catch (error) {
      return this.#refuse(reply, type, error);
    }
  }

  async other(signal: 'metrics' | 'logs', request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const type = otlpTypeOf(request.headers['content-type']);
    if (type === undefined) return this.#wrongType(reply);
    try {
      await this.#bodies.read(request.raw, request.headers['content-encoding']);
      this.#options.counters.countSignal(signal);
      return await reply.header('content-type', type).send(exportAnswer(type, 0, ''));
    } catch (error) {
      return this.#refuse(reply, type, error);
    }
  }

  async #store(batch: TraceBatch): Promise<void> {
    const { store, acknowledge, counters } = this.#options;
    const [spanCount, byteCount] = [spanCountOf(batch), batch.bytes.length];
    if (spanCount === 0) return;
    const { durable } = store.write(ownBatch(batch));
    if (acknowledge === 'disk') await durable;
    // The spans were acknowledged as held in memory; their loss is counted by the store.
    else durable.catch(() => undefined);
    counters.acceptedSpans += spanCount;
    counters.acceptedBytes += byteCount;
  }

  #accept(reply: FastifyReply, type: OtlpType, { refused, odd }: CheckedTraces): FastifyReply {
    const { counters } = this.#options;
    let rejectedSpans = 0;
    for (const [fault, count] of refused) {
      rejectedSpans += count;
      counters.refuseSpans(fault, count);
    }
    if (odd.size > 0) counters.warnings++;
    const words = [
      ...[...refused].map(([fault, count]) => `refused ${spansOf(count)}: ${fault}`),
      ...[...odd].map(([oddity, count]) => `kept ${spansOf(count)}, but: ${oddity}`),
    ];
    return reply.header('content-type', type).send(exportAnswer(type, rejectedSpans, words.join('; ')));
  }

  #refuse(reply: FastifyReply, type: OtlpType, error: unknown): FastifyReply {
    const status = statusOf(error);
    if (status === undefined) throw error;
    this.#options.counters.refuseRequest(status);
    if (status === 503) reply.header('retry-after', RETRY_AFTER_SECONDS);
    // What is left of a body that was too much is not worth reading.
    if (status === 413) reply.header('connection', 'close');
    return reply
      .code(status)
      .type(type)
      .send(statusAnswer(type, status, (error as Error).message));
  }

  #wrongType(reply: FastifyReply): FastifyReply {
    this.#options.counters.refuseRequest(415);
    return reply.code(415).type(PLAIN).send(WRONG_TYPE);
  }
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof RefusedRequest) return error.status;
  if (error instanceof MalformedPayload) return 400;
  return error instanceof StoreUnavailable ? 503 : undefined;
}

const spansOf = (count: number) => (count === 1 ? '1 span' : `${count} spans`);

// A small body lies in a pool that other buffers share; what crosses to a thread must be its own.
function ownBatch({ bytes, table }: TraceBatch): TraceBatch {
  const isAlone = bytes.byteLength === bytes.buffer.byteLength;
  return { bytes: isAlone ? bytes : new Uint8Array(bytes), table };
}
