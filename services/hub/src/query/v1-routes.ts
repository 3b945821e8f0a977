import { type FastifyInstance } from 'fastify';

import { checkTraces } from '../otlp/check-traces.ts';
import { decodeBatch } from '../otlp/decode-span.ts';
import { protobufFromJson } from '../otlp/json-to-protobuf.ts';
import { MalformedPayload } from '../otlp/malformed-payload.ts';
import { sliceBatch, type TraceBatch } from '../otlp/trace-batch.ts';
import { type TraceStore } from '../store/trace-store.ts';
import { BadParameter } from './bad-parameter.ts';
import { type JaegerTraceSource } from './jaeger-trace.ts';
import { type MetricName, metricFamily, metricsQuery } from './metric-family.ts';
import {
  envelope,
  envelopeOfTraces,
  failureOf,
  NotConfigured,
  NotFound,
  sendJson,
  sendWritten,
  sendV1Failure,
} from './query-answers.ts';
import { QueryParameters } from './query-parameters.ts';
import { ToldSpans } from './told-spans.ts';
import { parseTraceId, shortTraceId } from './trace-id-text.ts';
import { v1Search } from './v1-search.ts';

const DEFAULT_DEPENDENCY_LOOKBACK_MS = 24n * 3_600_000n;

/** Jaeger's v1 API, as its release 2.20 answers it. */
export function v1Routes(app: FastifyInstance, store: TraceStore): void {
  app.setErrorHandler((error, _request, reply) => {
    const failure = failureOf(error);
    if (failure === undefined) throw error;
    return sendV1Failure(reply, failure.status, failure.message);
  });
  nameRoutes(app, store);
  traceRoutes(app, store);
  aggregateRoutes(app, store);
}

function nameRoutes(app: FastifyInstance, store: TraceStore): void {
  app.get('/api/services', async (request, reply) => {
    const data = await store.services();
    return sendJson(request, reply, envelope({ data, total: data.length }));
  });

  app.get<{ Params: { service: string } }>('/api/services/:service/operations', async (request, reply) => {
    const operations = await store.operations(request.params.service);
    const names = [...new Set(operations.map(({ name }) => name))];
    return sendJson(request, reply, envelope({ data: names.length === 0 ? null : names, total: names.length }));
  });

  app.get('/api/operations', async (request, reply) => {
    const parameters = new QueryParameters(request.url);
    const operations = await store.operations(parameters.required('service'));
    const kind = parameters.text('spanKind')?.toLowerCase();
    const data = operations
      .map(operation => ({ name: operation.name, spanKind: operation.kind === 'unspecified' ? '' : operation.kind }))
      .filter(({ spanKind }) => kind === undefined || spanKind === kind);
    return sendJson(request, reply, envelope({ data, total: data.length }));
  });
}

function traceRoutes(app: FastifyInstance, store: TraceStore): void {
  app.get('/api/traces', async (request, reply) => {
    const parameters = new QueryParameters(request.url);
    const isRaw = parameters.flag('raw');
    const asked = parameters.all('traceID').map(parseTraceId);
    const found =
      asked.length > 0
        ? asked
        : (await store.search(v1Search(parameters, Date.now()))).summaries.map(({ traceId }) => traceId);
    const batches = await store.traces(found);
    const missing = asked.filter((_, index) => batches[index] === undefined);
    const errors = missing.map(traceId => ({ msg: 'trace not found', traceID: shortTraceId(traceId) }));
    const data = batches.flatMap((batch, index) =>
      batch === undefined ? [] : [jaegerSource(found[index] ?? '', new ToldSpans(batch, isRaw))],
    );
    return sendWritten(request, reply, envelopeOfTraces(data, errors.length > 0 ? errors : undefined));
  });

  app.get<{ Params: { traceId: string } }>('/api/traces/:traceId', async (request, reply) => {
    const parameters = new QueryParameters(request.url);
    parameters.integer('start');
    parameters.integer('end');
    const traceId = parseTraceId(request.params.traceId);
    const batch = await store.trace(traceId);
    if (batch === undefined) throw new NotFound('trace not found');
    const told = new ToldSpans(batch, parameters.flag('raw'));
    return sendWritten(request, reply, envelopeOfTraces([jaegerSource(traceId, told)]));
  });

  app.post<{ Params: { traceId: string } }>('/api/archive/:traceId', request => {
    parseTraceId(request.params.traceId);
    throw new NotConfigured(500, 'archive span storage was not configured');
  });

  app.post<{ Body: Buffer }>('/api/transform', async (request, reply) => {
    try {
      const { batch } = checkTraces(protobufFromJson(request.body));
      return await sendWritten(request, reply, envelopeOfTraces(tracesIn(batch)));
    } catch (error) {
      if (error instanceof MalformedPayload) throw new BadParameter(`cannot unmarshal OTLP: ${error.message}`);
      throw error;
    }
  });
}

function jaegerSource(traceId: string, told: ToldSpans): JaegerTraceSource {
  return { traceId, spans: told.byStart() };
}

/** Each trace of a batch alone, in order of first appearance. */
function tracesIn(batch: TraceBatch): JaegerTraceSource[] {
  const rows = Map.groupBy(spanRowsOf(batch), ({ traceId }) => traceId);
  return [...rows].map(([traceId, own]) => {
    const alone = sliceBatch(
      batch,
      own.map(({ row }) => row),
    );
    return jaegerSource(traceId, new ToldSpans(alone, true));
  });
}

const spanRowsOf = (batch: TraceBatch) => decodeBatch(batch).map(({ traceId }, row) => ({ traceId, row }));

function aggregateRoutes(app: FastifyInstance, store: TraceStore): void {
  app.get('/api/dependencies', async (request, reply) => {
    const parameters = new QueryParameters(request.url);
    const endMs = parameters.integer('endTs') ?? BigInt(Date.now());
    const lookbackMs = parameters.integer('lookback') ?? DEFAULT_DEPENDENCY_LOOKBACK_MS;
    const service = parameters.text('service');
    const edges = await store.edges({ startMs: Number(endMs - lookbackMs), endMs: Number(endMs) });
    const data = edges
      .filter(({ kind }) => kind === 'call')
      .filter(({ parent, child }) => service === undefined || parent === service || child === service)
      .map(({ parent, child, callCount }) => ({ parent, child, callCount }));
    return sendJson(request, reply, envelope({ data }));
  });

  app.get<{ Params: { metric: string } }>('/api/metrics/:metric', async (request, reply) => {
    const { metric } = request.params;
    // Gone since Jaeger 2.18; older screens ask it before anything else.
    if (metric === 'minstep') return sendJson(request, reply, envelope({ data: 1 }));
    if (!isMetric(metric)) {
      reply.callNotFound();
      return reply;
    }
    const query = metricsQuery(metric, new QueryParameters(request.url), Date.now());
    const rows = await store.operationRows(query.window);
    return sendJson(request, reply, metricFamily(metric, query, rows));
  });
}

const isMetric = (name: string): name is MetricName => name === 'latencies' || name === 'calls' || name === 'errors';
