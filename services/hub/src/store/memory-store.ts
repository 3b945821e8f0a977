import {
  type Attribute,
  dependencyEdges,
  EdgeTable,
  OperationTable,
  type Span,
  summaryOf,
  textOf,
  type TraceSummary,
} from '@tracelab/trace-model';

import { BatchDecoder } from '../otlp/decode-span.ts';
import { joinBatches, sizeBytesOf, sliceBatch, type TraceBatch } from '../otlp/trace-batch.ts';
import { spanPredicate } from './match-span.ts';
import { compareCursors, sortValueOf } from './rank-traces.ts';
import { contentKeyOf } from './span-content.ts';
import type { TraceQuery } from './trace-query.ts';
import {
  type AttributeCounts,
  BUCKET_MS,
  type EdgeRow,
  type OperationName,
  type OperationRow,
  type SearchPage,
  type StoreStatistics,
  StoreUnavailable,
  type TimeWindow,
  type TraceStore,
} from './trace-store.ts';

interface StoredTrace {
  readonly batches: TraceBatch[];
  readonly spans: Span[];
  readonly contents: Set<string>;
  weightBytes: number;
  summary: TraceSummary | undefined;
}

/** A decoded span with its content key weighs this many times its encoded bytes; measured by heap snapshots. */
const DECODED_FACTOR = 10;

/**
 * Keeps everything decoded in this process's memory and answers by looking at all of it: no second thread, no file, no
 * index. For tests and short demonstrations; what is durable here is gone with the process.
 */
export class MemoryStore implements TraceStore {
  /** In order of arrival, so the first is the oldest. */
  readonly #traces = new Map<string, StoredTrace>();
  readonly #limitBytes: number;
  readonly #listeners = new Set<(traceIds: readonly string[]) => void>();
  #weightBytes = 0;
  #duplicateCount = 0;
  #evictedSpanCount = 0;
  #isClosed = false;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  write(batch: TraceBatch): { readonly durable: Promise<void> } {
    if (this.#isClosed) throw new StoreUnavailable('closed');
    const decoder = new BatchDecoder(batch);
    const rows = new Map<string, number[]>();
    for (let row = 0; row < batch.table.length / 6; row++) {
      const span = decoder.span(row);
      const trace = this.#traceOf(span.traceId);
      const key = contentKeyOf(span);
      if (trace.contents.has(key)) {
        this.#duplicateCount++;
        continue;
      }
      trace.contents.add(key);
      trace.spans.push(span);
      const known = rows.get(span.traceId);
      if (known === undefined) rows.set(span.traceId, [row]);
      else known.push(row);
    }
    for (const [traceId, own] of rows) this.#keep(traceId, sliceBatch(batch, own));
    this.#evict();
    for (const listener of this.#listeners) listener([...rows.keys()]);
    return { durable: Promise.resolve() };
  }

  search(query: TraceQuery): Promise<SearchPage> {
    const deadline = performance.now() + query.budgetMs;
    const accepts = query.where === undefined ? () => true : spanPredicate(query.where);
    const isInWindow = ({ startNs }: Span) =>
      startNs >= (query.startMinNs ?? 0n) && (query.startMaxNs === undefined || startNs <= query.startMaxNs);
    const found: TraceSummary[] = [];
    let isTruncated = false;
    const wanted = query.traceIds === undefined ? undefined : new Set(query.traceIds);
    for (const [traceId, trace] of this.#traces) {
      if (wanted !== undefined && !wanted.has(traceId)) continue;
      if (performance.now() > deadline) {
        isTruncated = true;
        break;
      }
      if (trace.spans.some(span => isInWindow(span) && accepts(span)))
        found.push((trace.summary ??= summaryOf(trace.spans)));
    }
    return Promise.resolve(pageOf(found, query, isTruncated));
  }

  trace(traceId: string): Promise<TraceBatch | undefined> {
    const trace = this.#traces.get(traceId);
    return Promise.resolve(trace === undefined ? undefined : joinBatches(trace.batches));
  }

  traces(traceIds: readonly string[]): Promise<readonly (TraceBatch | undefined)[]> {
    return Promise.all(traceIds.map(traceId => this.trace(traceId)));
  }

  services(): Promise<readonly string[]> {
    const names = new Set<string>();
    for (const span of this.#spans()) names.add(span.service);
    return Promise.resolve([...names].sort());
  }

  operations(service: string): Promise<readonly OperationName[]> {
    const operations = new Map<string, OperationName>();
    for (const { service: own, name, kind } of this.#spans()) {
      if (own === service) operations.set(`${name}\u0000${kind}`, { name, kind });
    }
    return Promise.resolve([...operations].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, name]) => name));
  }

  attributeKeys(prefix: string, limit: number): Promise<AttributeCounts> {
    const counts = new Map<string, number>();
    for (const key of this.#attributes(({ key }) => key)) {
      if (key.startsWith(prefix)) counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    return Promise.resolve(mostFrequent(counts, limit));
  }

  attributeValues(key: string, prefix: string, limit: number): Promise<AttributeCounts> {
    const counts = new Map<string, number>();
    for (const text of this.#attributes(own => (own.key === key ? textOf(own.value) : undefined))) {
      if (text.startsWith(prefix)) counts.set(text, (counts.get(text) ?? 0) + 1);
    }
    return Promise.resolve(mostFrequent(counts, limit));
  }

  edges({ startMs, endMs }: TimeWindow): Promise<readonly EdgeRow[]> {
    const table = new EdgeTable();
    for (const { spans } of this.#traces.values()) {
      dependencyEdges(spans, span => isWithin(span, startMs, endMs)).forEach(edge => {
        table.merge(edge);
      });
    }
    return Promise.resolve(table.edges().map(edge => ({ ...edge, durations: edge.durations.entries() })));
  }

  operationRows({ startMs, endMs }: TimeWindow): Promise<readonly OperationRow[]> {
    const buckets = new Map<number, OperationTable>();
    for (const span of this.#spans()) {
      if (!isWithin(span, startMs, endMs)) continue;
      const bucketMs = bucketOf(span);
      const table = buckets.get(bucketMs) ?? new OperationTable();
      buckets.set(bucketMs, table);
      table.add(span);
    }
    const rows = [...buckets]
      .sort(([left], [right]) => left - right)
      .flatMap(([bucketMs, table]) =>
        table.operations().map(row => ({ ...row, startMs: bucketMs, durations: row.durations.entries() })),
      );
    return Promise.resolve(rows);
  }

  statistics(): Promise<StoreStatistics> {
    let spanCount = 0;
    let oldestNs: bigint | undefined;
    for (const { spans } of this.#traces.values()) spanCount += spans.length;
    for (const { startNs } of this.#spans()) if (oldestNs === undefined || startNs < oldestNs) oldestNs = startNs;
    return Promise.resolve({
      engine: 'memory',
      spanCount,
      traceCount: this.#traces.size,
      duplicateCount: this.#duplicateCount,
      evictedSpanCount: this.#evictedSpanCount,
      unstorableCount: 0,
      lostSpanCount: 0,
      queueBytes: 0,
      lagMs: 0,
      memoryBytes: this.#weightBytes,
      diskBytes: 0,
      oldestStartMs: oldestNs === undefined ? undefined : Number(oldestNs / 1_000_000n),
      files: [],
      setAside: [],
    });
  }

  onChange(listener: (traceIds: readonly string[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): Promise<void> {
    this.#isClosed = true;
    return Promise.resolve();
  }

  #traceOf(traceId: string): StoredTrace {
    const known = this.#traces.get(traceId);
    if (known !== undefined) return known;
    const trace = { batches: [], spans: [], contents: new Set<string>(), weightBytes: 0, summary: undefined };
    this.#traces.set(traceId, trace);
    return trace;
  }

  #keep(traceId: string, batch: TraceBatch): void {
    const trace = this.#traceOf(traceId);
    const weightBytes = sizeBytesOf(batch) * DECODED_FACTOR;
    trace.batches.push(batch);
    trace.summary = undefined;
    trace.weightBytes += weightBytes;
    this.#weightBytes += weightBytes;
  }

  #evict(): void {
    for (const [traceId, { weightBytes, spans }] of this.#traces) {
      if (this.#weightBytes <= this.#limitBytes) return;
      this.#traces.delete(traceId);
      this.#weightBytes -= weightBytes;
      this.#evictedSpanCount += spans.length;
    }
  }

  *#spans(): Generator<Span> {
    for (const { spans } of this.#traces.values()) yield* spans;
  }

  /** What `pick` takes from each span's own and resource attributes, each text once per span. */
  *#attributes(pick: (attribute: Attribute) => string | undefined): Generator<string> {
    for (const span of this.#spans()) {
      const texts = new Set([...span.attributes, ...span.resource.attributes].map(pick));
      for (const text of texts) if (text !== undefined) yield text;
    }
  }
}

function pageOf(found: readonly TraceSummary[], query: TraceQuery, isTruncated: boolean): SearchPage {
  const { after, order, sort, limit } = query;
  const ranked = found
    .map(summary => ({ summary, value: sortValueOf(summary, sort), traceId: summary.traceId }))
    .filter(place => after === undefined || compareCursors(place, after, order) > 0)
    .sort((left, right) => compareCursors(left, right, order));
  const told = ranked.slice(0, limit);
  const last = told.at(-1);
  const hasMore = ranked.length > limit && last !== undefined;
  return {
    summaries: told.map(place => place.summary),
    isTruncated,
    ...(hasMore && { next: { value: last.value, traceId: last.traceId } }),
  };
}

function mostFrequent(counts: ReadonlyMap<string, number>, limit: number): AttributeCounts {
  const sorted = [...counts].sort(([left, more], [right, less]) => less - more || (left < right ? -1 : 1));
  const told = sorted.slice(0, limit).map(([text, spanCount]) => ({ text, spanCount }));
  return { counts: told, isComplete: told.length === sorted.length };
}

const bucketOf = ({ startNs }: Span) => Number(startNs / BUCKET_NS) * BUCKET_MS;
const BUCKET_NS = BigInt(BUCKET_MS) * 1_000_000n;

/** Whether the span's bucket touches the window: a window is rounded out to whole buckets. */
function isWithin(span: Span, startMs: number, endMs: number): boolean {
  const bucketMs = bucketOf(span);
  return bucketMs + BUCKET_MS > startMs && bucketMs < endMs;
}
