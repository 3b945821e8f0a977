import { peerEdge, type Span, SPAN_KINDS } from '@tracelab/trace-model';
import { type DatabaseSync, type StatementSync } from 'node:sqlite';

import { BatchDecoder } from '../../otlp/decode-span.ts';
import { COLUMNS, SPAN_AT, SPAN_LENGTH, type TraceBatch } from '../../otlp/trace-batch.ts';
import { allAttributes, AttributeCounts } from './attribute-counts.ts';
import { BLOCK_SPANS } from './block-size.ts';
import { bucketOf, Buckets } from './buckets.ts';
import { Dictionaries, type Origin } from './dictionaries.ts';
import { KnownTraces } from './known-traces.ts';
import { openForWriting } from './partition-file.ts';
import { factsOf, SpanIndexer } from './span-indexer.ts';
import { PageWriter } from './span-pages.ts';
import { DURATION, durationBucket, ERROR, KEY_SET, KIND, OPERATION } from './term.ts';
import type { SpanFacts, TraceState } from './trace-state.ts';

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
  duplicateCount = 0;
  readonly #database: DatabaseSync;
  readonly #traces: KnownTraces;
  readonly #dirty = new Set<TraceState>();
  readonly #dictionaries: Dictionaries;
  readonly #pages: PageWriter;
  readonly #attributes: AttributeCounts;
  readonly #operations: Buckets<readonly [startMs: number, operation: number]>;
  readonly #edges: Buckets<readonly [startMs: number, parent: string, child: string, kind: string]>;
  readonly #indexer = new SpanIndexer();
  readonly #sql: ReturnType<typeof prepareAll>;
  #nextSpan: number;
  /** Spans before this number can be read back. */
  #storedTo: number;
  #block: { id: number; startMinNs: bigint; startMaxNs: bigint } | undefined;
  #isInTransaction = false;

  constructor(directory: string, name: string, options: { cacheKilobytes: number; maxRecentSpans: number }) {
    this.name = name;
    const database = openForWriting(directory, name, options.cacheKilobytes);
    this.#database = database;
    this.#dictionaries = new Dictionaries(database);
    this.#pages = new PageWriter(database);
    this.#attributes = new AttributeCounts(database);
    this.#operations = new Buckets(database, 'operation_bucket', ['start_ms', 'operation']);
    this.#edges = new Buckets(database, 'edge_bucket', ['start_ms', 'parent', 'child', 'kind']);
    this.#sql = prepareAll(database);
    const { maxRecentSpans } = options;
    this.#traces = new KnownTraces(database, { pages: this.#pages, dictionaries: this.#dictionaries, maxRecentSpans });
    const last = database.prepare('SELECT coalesce(max(first + spans), 1) AS next FROM chunk').get() as {
      next: number;
    };
    this.#nextSpan = this.#storedTo = last.next;
    this.spanCount = this.#traces.storedSpans();
  }

  get traceCount(): number {
    return this.#traces.count;
  }

  /** Takes no new traces. */
  get isSealed(): boolean {
    return this.#traces.isSealed;
  }

  begin(): void {
    if (this.#isInTransaction) return;
    this.#database.exec('BEGIN IMMEDIATE');
    this.#isInTransaction = true;
  }

  /** Whether the trace lives here. */
  has(traceId: string): boolean {
    return this.#traces.find(traceId) !== undefined;
  }

  /** Stores what is new of a trace's spans; returns how many were. */
  add(batch: TraceBatch, { traceId, rows }: TraceRows): number {
    this.#indexer.useBatch(batch);
    const state = this.#traces.find(traceId) ?? this.#traces.create(traceId);
    const chunk = new ChunkRun(this.#pages, this.#sql.chunk, state.id);
    let added = 0;
    for (const row of rows) {
      this.#indexer.read(batch, row);
      const known = state.ledger.get(this.#indexer.spanId);
      if (known !== undefined) {
        if (known.row >= this.#storedTo) this.#storeSoFar(chunk);
        if (!this.#traces.isNews({ state, known, batch, row })) {
          this.duplicateCount++;
          continue;
        }
      }
      const origin = this.#dictionaries.originAt(batch, row);
      chunk.append(this.#nextSpan, spanBytes(batch, row), origin.id);
      this.#index(batch, row, origin);
      this.#sumUp(state, origin);
      this.#nextSpan++;
      added++;
    }
    chunk.close();
    this.spanCount += added;
    this.#dirty.add(state);
    this.#traces.keep(state);
    return added;
  }

  commit(): void {
    if (!this.#isInTransaction) return;
    this.#pages.flush();
    this.#storedTo = this.#nextSpan;
    for (const state of this.#dirty) this.#storeTrace(state);
    this.#dirty.clear();
    this.#dictionaries.flush();
    this.#attributes.flush();
    this.#operations.flush();
    this.#edges.flush();
    this.#storeBlock();
    this.#database.exec('COMMIT');
    this.#isInTransaction = false;
    this.#traces.trim();
  }

  /** Moves what the log holds into the file, so that the log can be counted on to stay small. */
  checkpoint(): void {
    this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  /** Keeps the filter with the file, for a quick start; nothing new will come but spans of traces that are here. */
  seal(): void {
    this.#traces.seal();
  }

  /** Lets go of memory that only the current partition needs. */
  rest(): void {
    this.#database.exec('PRAGMA shrink_memory');
    this.#traces.forget();
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

  /** Lets what was added in this transaction be read back. */
  #storeSoFar(chunk: ChunkRun): void {
    chunk.close();
    this.#pages.flush();
    this.#storedTo = this.#nextSpan;
  }

  #index(batch: TraceBatch, row: number, origin: Origin): void {
    const indexer = this.#indexer;
    const { terms } = indexer;
    const decode = () => new BatchDecoder(batch).span(row);
    const operation = this.#dictionaries.operation(origin.service, indexer.name, indexer.kind);
    const keySet = this.#dictionaries.keySet(indexer.keySetHash, () => ownKeys(decode()));
    terms.number(OPERATION, operation.id);
    terms.number(KIND, indexer.kind);
    terms.number(DURATION, durationBucket(indexer.durationNs));
    terms.number(KEY_SET, keySet.id);
    if (indexer.isError) terms.mark(ERROR);
    this.#sql.term.run(this.#nextSpan, `${origin.terms} ${terms.toString()}`);
    this.#dictionaries.countSpan(origin, keySet);
    this.#attributes.count(batch, row);
    this.#operations.add([bucketOf(indexer.startNs), operation.id], indexer);
    this.#widenBlock(indexer.startNs);
  }

  #sumUp(state: TraceState, { service }: Origin): void {
    const { peers, kind } = this.#indexer;
    const facts: SpanFacts = factsOf(this.#indexer, this.#nextSpan, service);
    for (const use of state.add(facts)) {
      this.#edges.add([bucketOf(use.startNs), use.parent, use.child, use.kind], use);
    }
    if (peers.size === 0) return;
    const edge = peerEdge({ service, kind: SPAN_KINDS[kind] ?? 'unspecified', attribute: key => peers.get(key) });
    if (edge !== undefined) this.#edges.add([bucketOf(facts.startNs), edge.parent, edge.child, edge.kind], facts);
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
    const { root, startNs, endNs, services } = state;
    const head = state.head();
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
      head?.service ?? '',
      head?.name ?? '',
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

function prepareAll(database: DatabaseSync) {
  return {
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
