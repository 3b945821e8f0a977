import type { HubDependencies, HubRed, HubStatus } from '@tracelab/contracts/trace-query';
import { DurationHistogram, otlpBytesOf, type Span } from '@tracelab/trace-model';
import { type FastifyInstance } from 'fastify';
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';

import { type AttributeCounts, type OperationRow, type TimeWindow, type TraceStore } from '../store/trace-store.ts';
import { examine } from './doctor.ts';
import { cursorText, hubSearch } from './hub-search.ts';
import { failureOf, sendJson, sendV3Failure } from './query-answers.ts';
import { QueryParameters } from './query-parameters.ts';
import { spansIn, toldTraces, traceIdOf, v3Summary } from './v3-routes.ts';

const HOUR_MS = 3_600_000;
const MAX_SUGGESTIONS = 200;
const MAX_POINTS = 2000;

export interface HubRoutesOptions {
  readonly store: TraceStore;
  readonly kind: string;
  readonly memoryLimitBytes: number;
  readonly diskLimitBytes: number;
  readonly otlpPort: number;
}

/** The hub's own extensions, beside what Jaeger has; documented in the README. */
export function hubRoutes(app: FastifyInstance, options: HubRoutesOptions): void {
  const { store } = options;
  app.setErrorHandler((error, _request, reply) => {
    const failure = failureOf(error);
    if (failure === undefined) throw error;
    return sendV3Failure(reply, failure.status, failure.message);
  });

  app.get('/api/hub/search', async (request, reply) => {
    const { summaries, next, isTruncated } = await store.search(hubSearch(new QueryParameters(request.url)));
    const rest = next === undefined ? {} : { next: cursorText(next) };
    return sendJson(request, reply, { summaries: summaries.map(v3Summary), ...rest, isTruncated });
  });

  traceRoute(app, store);
  suggestionRoutes(app, store);

  app.get('/api/hub/dependencies', async (request, reply) => {
    const window = windowOf(new QueryParameters(request.url), Date.now());
    return sendJson(request, reply, await dependencies(store, window));
  });

  app.get('/api/hub/red', async (request, reply) => {
    const parameters = new QueryParameters(request.url);
    const window = windowOf(parameters, Date.now());
    const stepMs = Math.max(
      parameters.limit(['stepMs'], 60_000, HOUR_MS),
      (window.endMs - window.startMs) / MAX_POINTS,
    );
    const service = parameters.text('service');
    const rows = (await store.operationRows(window)).filter(row => service === undefined || row.service === service);
    return sendJson(request, reply, redOf(rows, stepMs));
  });

  app.get('/api/hub/doctor', async (request, reply) => {
    return sendJson(request, reply, await examine(store, windowOf(new QueryParameters(request.url), Date.now())));
  });

  app.get('/api/hub/status', async (request, reply) => sendJson(request, reply, await statusOf(options)));
}

// For who shows a trace of any size: the parts can be read as they come, and this process answers others in between.
function traceRoute(app: FastifyInstance, store: TraceStore): void {
  app.get<{ Params: { traceId: string } }>('/api/hub/traces/:traceId', async (request, reply) => {
    const traces = await toldTraces(store, [traceIdOf(request.params.traceId)]);
    return reply.type('application/x-ndjson').send(Readable.from(partsOf(spansIn(traces))));
  });
}

const SPANS_A_PART = 1000;

async function* partsOf(spans: Generator<Span>): AsyncGenerator<Uint8Array> {
  for (let part = takeFrom(spans); part.length > 0; part = takeFrom(spans)) {
    yield otlpBytesOf(part);
    yield LINE_END;
    await setImmediate();
  }
}

function takeFrom(spans: Generator<Span>): Span[] {
  const taken: Span[] = [];
  while (taken.length < SPANS_A_PART) {
    const next = spans.next();
    if (next.done === true) break;
    taken.push(next.value);
  }
  return taken;
}

const LINE_END = Buffer.from('\n');

function suggestionRoutes(app: FastifyInstance, store: TraceStore): void {
  const chosen = (url: string) => {
    const parameters = new QueryParameters(url);
    return { prefix: parameters.text('prefix') ?? '', limit: parameters.limit(['limit'], 50, MAX_SUGGESTIONS) };
  };

  app.get('/api/hub/attributes', async (request, reply) => {
    const { prefix, limit } = chosen(request.url);
    const { counts } = await store.attributeKeys(prefix, limit);
    return sendJson(request, reply, { keys: counts.map(({ text, spanCount }) => ({ key: text, spanCount })) });
  });

  app.get<{ Params: { key: string } }>('/api/hub/attributes/:key/values', async (request, reply) => {
    const { prefix, limit } = chosen(request.url);
    const { counts, isComplete }: AttributeCounts = await store.attributeValues(request.params.key, prefix, limit);
    const values = counts.map(({ text, spanCount }) => ({ value: text, spanCount }));
    return sendJson(request, reply, { values, isComplete });
  });
}

/** `startMs` and `endMs`, by default the last hour. */
function windowOf(parameters: QueryParameters, nowMs: number): TimeWindow {
  const endMs = Number(parameters.integer('endMs') ?? BigInt(nowMs));
  return { startMs: Number(parameters.integer('startMs') ?? BigInt(Math.floor(endMs - HOUR_MS))), endMs };
}

const milliseconds = (durationNs: number | undefined) => (durationNs ?? 0) / 1e6;

async function dependencies(store: TraceStore, window: TimeWindow): Promise<HubDependencies> {
  const seconds = Math.max(1, (window.endMs - window.startMs) / 1000);
  const edges = (await store.edges(window)).map(({ durations, ...edge }) => {
    const histogram = DurationHistogram.from(durations);
    return {
      ...edge,
      callsPerSecond: edge.callCount / seconds,
      errorRatio: edge.errorCount / edge.callCount,
      p50Ms: milliseconds(histogram.quantileNs(0.5)),
      p95Ms: milliseconds(histogram.quantileNs(0.95)),
    };
  });
  return { edges };
}

function redOf(rows: readonly OperationRow[], stepMs: number): HubRed {
  const keyOf = ({ service, operation, kind }: OperationRow) => [service, operation, kind].join('\u0000');
  const operations = [...Map.groupBy(rows, keyOf)].sort(([left], [right]) => (left < right ? -1 : 1));
  return { stepMs, operations: operations.map(([, own]) => operationOf(own, stepMs)) };
}

function operationOf(rows: readonly OperationRow[], stepMs: number): HubRed['operations'][number] {
  const [{ service, operation, kind } = { service: '', operation: '', kind: 'unspecified' }] = rows;
  const { callCount, errorCount, durations } = sumOf(rows);
  const steps = Map.groupBy(rows, ({ startMs }) => Math.floor(startMs / stepMs) * stepMs);
  return {
    service,
    operation,
    kind,
    callCount,
    errorCount,
    p50Ms: milliseconds(durations.quantileNs(0.5)),
    p95Ms: milliseconds(durations.quantileNs(0.95)),
    p99Ms: milliseconds(durations.quantileNs(0.99)),
    points: [...steps].map(([startMs, own]) => {
      const sum = sumOf(own);
      const { callCount, errorCount } = sum;
      return { startMs, callCount, errorCount, p95Ms: milliseconds(sum.durations.quantileNs(0.95)) };
    }),
  };
}

function sumOf(rows: readonly OperationRow[]) {
  return {
    callCount: rows.reduce((sum, row) => sum + row.callCount, 0),
    errorCount: rows.reduce((sum, row) => sum + row.errorCount, 0),
    durations: DurationHistogram.from(rows.flatMap(row => row.durations)),
  };
}

async function statusOf(options: HubRoutesOptions): Promise<HubStatus> {
  const { engine, spanCount, traceCount, diskBytes, memoryBytes, queueBytes, ...rest } =
    await options.store.statistics();
  return {
    store: options.kind,
    otlpPort: options.otlpPort,
    engine,
    spanCount,
    traceCount,
    diskBytes,
    diskLimitBytes: options.diskLimitBytes,
    memoryBytes,
    memoryLimitBytes: options.memoryLimitBytes,
    queueBytes,
    ...(rest.oldestStartMs !== undefined && { oldestStartMs: rest.oldestStartMs }),
    evictedSpanCount: rest.evictedSpanCount,
    files: rest.files.map(({ name, sizeBytes }) => ({ name, sizeBytes })),
    setAside: [...rest.setAside],
  };
}
