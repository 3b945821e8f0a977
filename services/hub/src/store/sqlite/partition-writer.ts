import { EMPTY_SPAN_NAME, peerEdge, type Span, SPAN_KINDS } from '@tracelab/trace-model';
import { type DatabaseSync, type StatementSync } from 'node:sqlite';

import { BatchDecoder } from '../../otlp/decode-span.ts';
import {
  COLUMNS,
  RESOURCE_AT,
  RESOURCE_LENGTH,
  SCOPE_AT,
  SCOPE_LENGTH,
  SPAN_AT,
  SPAN_LENGTH,
  type TraceBatch,
} from '../../otlp/trace-batch.ts';
import { contentKeyOf } from '../span-content.ts';
import { BUCKET_MS } from '../trace-store.ts';
import { allAttributes, AttributeCounts } from './attribute-counts.ts';
import { BLOCK_SPANS } from './block-size.ts';
import { Buckets } from './buckets.ts';
import { Dictionaries, type Origin } from './dictionaries.ts';
import { openForWriting } from './partition-file.ts';
import { SpanIndexer } from './span-indexer.ts';
import { PageWriter } from './span-pages.ts';
import { readTrace } from './stored-trace.ts';
import { DURATION, durationBucket, ERROR, KEY_SET, KIND, OPERATION } from './term.ts';
import { TraceFilter } from './trace-filter.ts';
import { RecentTraces, type SpanFacts, TraceState } from './trace-state.ts';

const NS_PER_MS = 1_000_000n;

/** Spans of one trace in one batch. */
export interface TraceRows {
  /** A string of one byte per character. */
  readonly traceId: string;
  readonly rows: readonly number[];
}

/** The writing side of one partition. Everything between `begin` and `commit` is there together or not at all. */
export class PartitionWriter {
  readonly name: string;
  spanCount = 0;
  traceCount = 0;
  duplicateCount = 0;
  /** Takes no new traces: the filter kept with the file would not know them after a restart. */
  isSealed = false;
  readonly #database: DatabaseSync;
  readonly #filter: TraceFilter;
  readonly #recent: RecentTraces;
  readonly #dirty = new Set<TraceState>();
  readonly #dictionaries: Dictionaries;
  readonly #pages: PageWriter;
  readonly #attributes: AttributeCounts;
  readonly #operations: Buckets<readonly [startMs: number, operation: number]>;
  readonly #edges: Buckets<readonly [startMs: number, parent: string, child: string, kind: string]>;
  readonly #indexer = new SpanIndexer();
  readonly #sql: ReturnType<typeof prepareAll>;
  #nextSpan: number;
  #nextTrace: number;
  #block: { id: number; startMinNs: bigint; startMaxNs: bigint } | undefined;
  #isInTransaction = false;

  constructor(directory: string, name: string, options: { cacheKilobytes: number; maxRecentSpans: number }) {
    this.name = name;
    const database = openForWriting(directory, name, options.cacheKilobytes);
    this.#database = database;
    this.#recent = new RecentTraces(options.maxRecentSpans);
    this.#dictionaries = new Dictionaries(database);
    this.#pages = new PageWriter(database);
    this.#attributes = new AttributeCounts(database);
    this.#operations = new Buckets(database, 'operation_bucket', ['start_ms', 'operation']);
    this.#edges = new Buckets(database, 'edge_bucket', ['start_ms', 'parent', 'child', 'kind']);
    this.#sql = prepareAll(database);
    const kept = keptFilter(database);
    this.isSealed = kept !== undefined;
    this.#filter = kept ?? filterOfTraces(database);
    const last = database.prepare('SELECT coalesce(max(first + spans), 1) AS next FROM chunk').get() as {
      next: number;
    };
    const traces = database
      .prepare('SELECT coalesce(max(id), 0) AS last, count(*) AS count, coalesce(sum(spans), 0) AS spans FROM trace')
      .get() as { last: number; count: number; spans: number };
    this.#nextSpan = last.next;
    this.#nextTrace = traces.last + 1;
    this.traceCount = traces.count;
    this.spanCount = traces.spans;
  }

  begin(): void {
    if (this.#isInTransaction) return;
    this.#database.exec('BEGIN IMMEDIATE');
    this.#isInTransaction = true;
  }

  /** Whether the trace lives here. */
  has(traceId: string): boolean {
    return this.#filter.mayHave(traceId) && this.#state(traceId) !== undefined;
  }

  /** Stores what is new of a trace's spans; returns how many were. */
  add(batch: TraceBatch, { traceId, rows }: TraceRows): number {
    this.#indexer.useBatch(batch);
    const state = this.#state(traceId) ?? this.#newState(traceId);
    const chunk = new ChunkRun(this.#pages, this.#sql.chunk, state.id);
    let added = 0;
    for (const row of rows) {
      this.#indexer.read(batch, row);
      if (state.has(this.#indexer.spanId)) {
        chunk.close();
        state.contents ??= this.#contentsOf(state);
      }
      if (!isNewContent(state, batch, row)) {
        this.duplicateCount++;
        continue;
      }
      const origin = this.#originOf(batch, row);
      chunk.append(this.#nextSpan, spanBytes(batch, row), origin.id);
      this.#index(batch, row, origin);
      this.#sumUp(state, origin);
      this.#nextSpan++;
      added++;
    }
    chunk.close();
    this.spanCount += added;
    this.#dirty.add(state);
    this.#recent.put(state, added);
    return added;
  }

  commit(): void {
    if (!this.#isInTransaction) return;
    this.#pages.flush();
    for (const state of this.#dirty) this.#storeTrace(state);
    this.#dirty.clear();
    this.#dictionaries.flush();
    this.#attributes.flush();
    this.#operations.flush();
    this.#edges.flush();
    this.#storeBlock();
    this.#database.exec('COMMIT');
    this.#isInTransaction = false;
    this.#recent.trim();
  }

  /** Moves what the log holds into the file, so that the log can be counted on to stay small. */
  checkpoint(): void {
    this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  /** Keeps the filter with the file, for a quick start; nothing new will come but spans of traces that are here. */
  seal(): void {
    this.#database.prepare("INSERT OR REPLACE INTO fact VALUES ('filter', ?)").run(this.#filter.bytes);
    this.isSealed = true;
  }

  /** Lets go of memory that only the current partition needs. */
  rest(): void {
    this.#database.exec('PRAGMA shrink_memory');
    this.#recent.clear();
  }

  oldestStartMs(): number | undefined {
    const statement = this.#database.prepare('SELECT min(start_ns) AS start FROM trace');
    statement.setReadBigInts(true);
    const { start } = statement.get() as { start: bigint | null };
    return start === null ? undefined : Number(start / NS_PER_MS);
  }

  /** Also after a failure, when what was not committed is dropped with the connection. */
  close(): void {
    this.#database.close();
  }

  #state(traceId: string): TraceState | undefined {
    const recent = this.#recent.get(traceId);
    if (recent !== undefined || !this.#filter.mayHave(traceId)) return recent;
    const row = this.#sql.findTrace.get(Buffer.from(traceId, 'latin1')) as { id: number } | undefined;
    if (row === undefined) return undefined;
    // Pages of this transaction are read back like any other.
    this.#pages.flush();
    const state = new TraceState(traceId, row.id);
    for (const span of new BatchDecoder(readTrace(this.#database, row.id)).spans()) {
      const durationNs = span.endNs > span.startNs ? Number(span.endNs - span.startNs) : 0;
      state.add({
        spanId: Buffer.from(span.spanId, 'hex').toString('latin1'),
        parentSpanId: Buffer.from(span.parentSpanId, 'hex').toString('latin1'),
        service: span.service,
        name: span.name,
        kind: SPAN_KINDS.indexOf(span.kind),
        startNs: span.startNs,
        endNs: span.endNs,
        bucketMs: bucketOf(span.startNs),
        durationNs,
        isError: span.status.code === 'error',
      });
    }
    state.isStored = true;
    this.#recent.put(state, state.spanCount);
    return state;
  }

  #newState(traceId: string): TraceState {
    this.#filter.add(traceId);
    this.traceCount++;
    return new TraceState(traceId, this.#nextTrace++);
  }

  #contentsOf(state: TraceState): Set<string> {
    this.#pages.flush();
    return new Set(new BatchDecoder(readTrace(this.#database, state.id)).spans().map(contentKeyOf));
  }

  #originOf({ bytes, table }: TraceBatch, row: number): Origin {
    const first = row * COLUMNS;
    const part = (at: number, length: number) =>
      bytes.subarray(table[first + at], (table[first + at] as number) + (table[first + length] as number));
    return this.#dictionaries.origin(part(RESOURCE_AT, RESOURCE_LENGTH), part(SCOPE_AT, SCOPE_LENGTH));
  }

  #index(batch: TraceBatch, row: number, origin: Origin): void {
    const indexer = this.#indexer;
    const { terms } = indexer;
    const decode = () => new BatchDecoder(batch).span(row);
    if (indexer.name === '') indexer.name = EMPTY_SPAN_NAME;
    const operation = this.#dictionaries.operation(origin.service, indexer.name, indexer.kind);
    const keySet = this.#dictionaries.keySet(indexer.keySetHash, () => ownKeys(decode()));
    terms.number(OPERATION, operation.id);
    terms.number(KIND, indexer.kind);
    terms.number(DURATION, durationBucket(indexer.durationNs));
    terms.number(KEY_SET, keySet.id);
    if (indexer.isError) terms.mark(ERROR);
    this.#sql.term.run(this.#nextSpan, `${origin.terms} ${terms.toString()}`);
    this.#dictionaries.countSpan(origin, keySet);
    this.#attributes.count(decode);
    this.#operations.add([bucketOf(indexer.startNs), operation.id], indexer);
    this.#widenBlock(indexer.startNs);
  }

  #sumUp(state: TraceState, { service }: Origin): void {
    const { spanId, parentSpanId, name, kind, startNs, endNs, durationNs, isError, peers } = this.#indexer;
    const bucketMs = bucketOf(startNs);
    const facts: SpanFacts = {
      spanId,
      parentSpanId,
      service,
      name,
      kind,
      startNs,
      endNs,
      bucketMs,
      durationNs,
      isError,
    };
    for (const use of state.add(facts)) this.#edges.add([use.startMs, use.parent, use.child, use.kind], use);
    if (peers.size === 0) return;
    const edge = peerEdge({ service, kind: SPAN_KINDS[kind] ?? 'unspecified', attribute: key => peers.get(key) });
    if (edge !== undefined) this.#edges.add([bucketMs, edge.parent, edge.child, edge.kind], facts);
  }

  #widenBlock(startNs: bigint): void {
    const id = Math.floor(this.#nextSpan / BLOCK_SPANS);
    if (this.#block?.id !== id) {
      this.#storeBlock();
      this.#block = { id, startMinNs: startNs, startMaxNs: startNs };
      return;
    }
    if (startNs < this.#block.startMinNs) this.#block.startMinNs = startNs;
    if (startNs > this.#block.startMaxNs) this.#block.startMaxNs = startNs;
  }

  #storeBlock(): void {
    if (this.#block === undefined) return;
    const { id, startMinNs, startMaxNs } = this.#block;
    this.#sql.block.run(id, startMinNs, startMaxNs);
  }

  #storeTrace(state: TraceState): void {
    if (!state.isDirty) return;
    state.isDirty = false;
    state.isStored = true;
    const { root, startNs, endNs, services } = state;
    const counts = [...services].map(([name, [spans, errors]]) => [name, spans, errors]);
    this.#sql.trace.run(
      state.id,
      Buffer.from(state.traceId, 'latin1'),
      startNs,
      endNs,
      endNs > startNs ? endNs - startNs : 0n,
      state.spanCount,
      state.errorCount,
      state.orphanCount,
      root?.startNs ?? null,
      root === undefined ? null : Buffer.from(root.spanId, 'latin1'),
      root?.service ?? '',
      root?.name ?? '',
      JSON.stringify(counts),
    );
  }
}

/** Spans of one trace that lie one after another in one page. */
class ChunkRun {
  readonly #pages: PageWriter;
  readonly #insert: StatementSync;
  readonly #trace: number;
  #open: { readonly first: number; readonly page: number; readonly at: number } | undefined;
  #spans = 0;

  constructor(pages: PageWriter, insert: StatementSync, trace: number) {
    this.#pages = pages;
    this.#insert = insert;
    this.#trace = trace;
  }

  append(id: number, span: Uint8Array, origin: number): void {
    if (this.#pages.isFull()) {
      this.close();
      this.#pages.flush();
    }
    this.#open ??= { first: id, ...this.#pages.place() };
    this.#pages.append(span, origin);
    this.#spans++;
  }

  close(): void {
    if (this.#open === undefined) return;
    const { first, page, at } = this.#open;
    this.#insert.run(first, this.#trace, page, at, this.#spans);
    this.#open = undefined;
    this.#spans = 0;
  }
}

// A span id that comes again is nearly always a retry; only then is it worth comparing whole spans.
function isNewContent(state: TraceState, batch: TraceBatch, row: number): boolean {
  if (state.contents === undefined) return true;
  const key = contentKeyOf(new BatchDecoder(batch).span(row));
  if (state.contents.has(key)) return false;
  state.contents.add(key);
  return true;
}

function prepareAll(database: DatabaseSync) {
  return {
    findTrace: database.prepare('SELECT id FROM trace WHERE trace_id = ?'),
    chunk: database.prepare('INSERT INTO chunk VALUES (?, ?, ?, ?, ?)'),
    term: database.prepare('INSERT INTO term (rowid, terms) VALUES (?, ?)'),
    block: database.prepare(
      `INSERT INTO block VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET
         start_min_ns = min(start_min_ns, excluded.start_min_ns), start_max_ns = max(start_max_ns, excluded.start_max_ns)`,
    ),
    trace: database.prepare(
      `INSERT INTO trace VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET
         start_ns = excluded.start_ns, end_ns = excluded.end_ns, duration_ns = excluded.duration_ns,
         spans = excluded.spans, errors = excluded.errors, orphans = excluded.orphans,
         root_start_ns = excluded.root_start_ns, root_span = excluded.root_span,
         root_service = excluded.root_service, root_name = excluded.root_name, services = excluded.services`,
    ),
  };
}

function keptFilter(database: DatabaseSync): TraceFilter | undefined {
  const kept = database.prepare("SELECT value FROM fact WHERE name = 'filter'").get();
  return kept === undefined ? undefined : new TraceFilter(kept['value'] as Uint8Array);
}

function filterOfTraces(database: DatabaseSync): TraceFilter {
  const filter = new TraceFilter();
  for (const row of database.prepare('SELECT trace_id FROM trace').iterate()) {
    filter.add(Buffer.from(row['trace_id'] as Uint8Array).toString('latin1'));
  }
  return filter;
}

function spanBytes({ bytes, table }: TraceBatch, row: number): Uint8Array {
  const at = table[row * COLUMNS + SPAN_AT] as number;
  return bytes.subarray(at, at + (table[row * COLUMNS + SPAN_LENGTH] as number));
}

/** Keys of the span itself, its events and links; those of the resource and scope are the origin's. */
function ownKeys(span: Span): string[] {
  const none = { attributes: [] };
  return [
    ...allAttributes({ ...span, resource: { ...span.resource, ...none }, scope: { ...span.scope, ...none } }).keys(),
  ];
}

/** The bucket of statistics that a moment falls into. */
function bucketOf(startNs: bigint): number {
  return Math.floor(Number(startNs / NS_PER_MS) / BUCKET_MS) * BUCKET_MS;
}
