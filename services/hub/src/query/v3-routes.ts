import type { V3Summary } from '@tracelab/contracts/trace-query';
import { otlpBytesOf, type Span, type TraceSummary } from '@tracelab/trace-model';
import { type FastifyInstance } from 'fastify';

import { decodeBatch } from '../otlp/decode-span.ts';
import { type TraceStore } from '../store/trace-store.ts';
import { adjustSpans } from './adjust-spans.ts';
import { BadParameter } from './bad-parameter.ts';
import { failureOf, NotFound, sendJson, sendJsonBytes, sendV3Failure } from './query-answers.ts';
import { QueryParameters } from './query-parameters.ts';
import { parseTraceId } from './trace-id-text.ts';
import { timeOf, v3Search } from './v3-search.ts';

/** Jaeger's v3 API over HTTP, as its stock screens use it. */
export function v3Routes(app: FastifyInstance, store: TraceStore): void {
  app.setErrorHandler((error, _request, reply) => {
    const failure = failureOf(error);
    if (failure === undefined) throw error;
    return sendV3Failure(reply, failure.status, failure.message);
  });

  app.get('/api/v3/services', async (request, reply) => {
    return sendJson(request, reply, { services: await store.services() });
  });

  app.get('/api/v3/operations', async (request, reply) => {
    const parameters = new QueryParameters(request.url);
    const service = parameters.text('service');
    if (service === undefined) throw new BadParameter('malformed parameter service: it is required');
    const kind = parameters.text('spanKind', 'span_kind')?.toLowerCase();
    const operations = (await store.operations(service))
      .map(operation => ({
        name: operation.name,
        spanKind: operation.kind === 'unspecified' ? 'internal' : operation.kind,
      }))
      .filter(({ spanKind }) => kind === undefined || spanKind === kind);
    return sendJson(request, reply, { operations });
  });

  app.get<{ Params: { traceId: string } }>('/api/v3/traces/:traceId', async (request, reply) => {
    const parameters = new QueryParameters(request.url);
    timeOf(parameters, ['startTime', 'start_time']);
    timeOf(parameters, ['endTime', 'end_time']);
    const traceId = traceIdOf(request.params.traceId);
    const spans = await spansOfTraces(store, [traceId], parameters.flag('rawTraces', 'raw_traces'));
    if (spans.length === 0) throw new NotFound('No traces found');
    return sendJsonBytes(request, reply, [RESULT, otlpBytesOf(spans), END]);
  });

  app.get('/api/v3/traces', async (request, reply) => {
    const parameters = new QueryParameters(request.url);
    const isRaw = parameters.flag('query.rawTraces', 'query.raw_traces');
    const { summaries } = await store.search(v3Search(parameters));
    const traceIds = summaries.map(({ traceId }) => traceId);
    const spans = await spansOfTraces(store, traceIds, isRaw);
    if (spans.length === 0) throw new NotFound('No traces found');
    return sendJsonBytes(request, reply, [RESULT, otlpBytesOf(spans), END]);
  });

  app.get('/api/v3/trace-summaries', async (request, reply) => {
    const { summaries } = await store.search(v3Search(new QueryParameters(request.url)));
    return sendJson(request, reply, { summaries: summaries.map(v3Summary) });
  });
}

const RESULT = Buffer.from('{"result":');
const END = Buffer.from('}');

/** The spans of traces as they are shown; raw ones as they came. */
export async function spansOfTraces(store: TraceStore, traceIds: readonly string[], isRaw = false): Promise<Span[]> {
  const batches = (await store.traces(traceIds)).filter(batch => batch !== undefined);
  return batches.map(decodeBatch).flatMap(spans => (isRaw ? spans : adjustSpans(spans)));
}

/** Reads the id of the path, in any of its spellings. */
export function traceIdOf(text: string): string {
  try {
    return parseTraceId(text);
  } catch (error) {
    throw new BadParameter(`malformed parameter trace_id: ${(error as Error).message}`);
  }
}

/** A summary in v3's JSON; members that are zero or empty are left out, as protobuf's JSON does. */
export function v3Summary(summary: TraceSummary): Partial<V3Summary> {
  const { traceId, spanCount, errorSpanCount, orphanSpanCount, services } = summary;
  return {
    traceId,
    ...(summary.rootService !== '' && { rootServiceName: summary.rootService }),
    ...(summary.rootOperation !== '' && { rootOperationName: summary.rootOperation }),
    minStartTimeUnixNano: summary.startNs.toString(),
    maxEndTimeUnixNano: summary.endNs.toString(),
    spanCount,
    ...(errorSpanCount > 0 && { errorSpanCount }),
    ...(orphanSpanCount > 0 && { orphanSpanCount }),
    services: services.map(service => ({
      name: service.name,
      spanCount: service.spanCount,
      ...(service.errorSpanCount > 0 && { errorSpanCount: service.errorSpanCount }),
    })) as V3Summary['services'],
  };
}
