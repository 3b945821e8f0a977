import type { V3Summary } from '@tracelab/contracts/trace-query';
import { type Span, type TraceSummary, writeOtlp } from '@tracelab/trace-model';
import { type FastifyInstance } from 'fastify';

import { type TraceStore } from '../store/trace-store.ts';
import { BadParameter } from './bad-parameter.ts';
import { failureOf, type JsonWriting, NotFound, sendJson, sendWritten, sendV3Failure } from './query-answers.ts';
import { QueryParameters } from './query-parameters.ts';
import { ToldSpans } from './told-spans.ts';
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
    const traces = await toldTraces(store, [traceId], parameters.flag('rawTraces', 'raw_traces'));
    return sendWritten(request, reply, resultOf(traces));
  });

  app.get('/api/v3/traces', async (request, reply) => {
    const parameters = new QueryParameters(request.url);
    const isRaw = parameters.flag('query.rawTraces', 'query.raw_traces');
    const { summaries } = await store.search(v3Search(parameters));
    const traceIds = summaries.map(({ traceId }) => traceId);
    return sendWritten(request, reply, resultOf(await toldTraces(store, traceIds, isRaw)));
  });

  app.get('/api/v3/trace-summaries', async (request, reply) => {
    const { summaries } = await store.search(v3Search(new QueryParameters(request.url)));
    return sendJson(request, reply, { summaries: summaries.map(v3Summary) });
  });
}

function resultOf(traces: readonly ToldSpans[]): JsonWriting {
  return function* (json) {
    json.raw('{"result":');
    yield* writeOtlp(json, spansIn(traces));
    json.raw('}');
  };
}

/** Of all traces, one after another. */
export function* spansIn(traces: readonly ToldSpans[]): Generator<Span> {
  for (const spans of traces) yield* spans;
}

/** Traces as they are shown; raw ones as they came. Throws NotFound when there are none. */
export async function toldTraces(store: TraceStore, traceIds: readonly string[], isRaw = false): Promise<ToldSpans[]> {
  const batches = (await store.traces(traceIds)).filter(batch => batch !== undefined);
  if (batches.length === 0) throw new NotFound('No traces found');
  return batches.map(batch => new ToldSpans(batch, isRaw));
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
