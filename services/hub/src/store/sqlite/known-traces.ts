import { type DatabaseSync, type StatementSync } from 'node:sqlite';

import { spanCountOf, type TraceBatch } from '../../otlp/trace-batch.ts';
import { contentKeyAt, isSameAt } from '../span-content.ts';
import type { Dictionaries } from './dictionaries.ts';
import { factsOf, SpanIndexer } from './span-indexer.ts';
import type { KnownSpan } from './span-ledger.ts';
import type { PageWriter } from './span-pages.ts';
import { SpanReader } from './stored-trace.ts';
import { LedgerTables } from './table-ledger.ts';
import { TraceFilter } from './trace-filter.ts';
import { RecentTraces, TraceState } from './trace-state.ts';

/** A trace of more spans than this is not kept in memory: its ledger is a table. */
const LARGE_TRACE_SPANS = 10_000;
/** Decompressed pages kept while a trace is read: its chunks are neighbours. */
const PAGES_BYTES = 1024 * 1024;

export interface KnownTracesOptions {
  readonly pages: PageWriter;
  readonly dictionaries: Dictionaries;
  readonly maxRecentSpans: number;
}

/** A span whose id its trace has already. */
export interface RepeatedSpan {
  readonly state: TraceState;
  readonly known: KnownSpan;
  readonly batch: TraceBatch;
  readonly row: number;
}

/** The traces of a partition as its writer knows them: the recent ones in memory, the others read back when they grow. */
export class KnownTraces {
  /** Takes no new traces: the filter kept with the file would not know them after a restart. */
  isSealed: boolean;
  count: number;
  readonly #database: DatabaseSync;
  readonly #options: KnownTracesOptions;
  readonly #filter: TraceFilter;
  readonly #recent: RecentTraces;
  readonly #spans: SpanReader;
  readonly #ledgers: LedgerTables;
  readonly #indexer = new SpanIndexer();
  readonly #find: StatementSync;
  #nextId: number;

  constructor(database: DatabaseSync, options: KnownTracesOptions) {
    this.#database = database;
    this.#options = options;
    this.#recent = new RecentTraces(options.maxRecentSpans);
    this.#spans = new SpanReader(database, PAGES_BYTES);
    this.#ledgers = new LedgerTables(database);
    this.#find = database.prepare('SELECT * FROM trace WHERE trace_id = ?');
    this.#find.setReadBigInts(true);
    const kept = keptFilter(database);
    this.isSealed = kept !== undefined;
    this.#filter = kept ?? filterOfTraces(database);
    const { last, count } = database
      .prepare('SELECT coalesce(max(id), 0) AS last, count(*) AS count FROM trace')
      .get() as { last: number; count: number };
    this.#nextId = last + 1;
    this.count = count;
  }

  storedSpans(): number {
    const { spans } = this.#database.prepare('SELECT coalesce(sum(spans), 0) AS spans FROM trace').get() ?? {};
    return Number(spans);
  }

  find(traceId: string): TraceState | undefined {
    if (!this.#filter.mayHave(traceId)) return undefined;
    return this.#recent.get(traceId) ?? this.#load(traceId);
  }

  create(traceId: string): TraceState {
    this.#filter.add(traceId);
    this.count++;
    return new TraceState(traceId, this.#nextId++);
  }

  /** Remembers a trace that has grown. */
  keep(state: TraceState): void {
    if (state.weight > LARGE_TRACE_SPANS) state.moveTo(this.#ledgers.of(state.id));
    this.#recent.put(state);
  }

  /** Whether a span is another than those of the same id. What was added before must be readable. */
  isNews({ state, known, batch, row }: RepeatedSpan): boolean {
    const chunk = this.#spans.chunkOf(known.row);
    const first = chunk === undefined ? undefined : this.#spans.span(chunk, known.row - chunk.first);
    // A retry repeats the bytes; comparing contents is for those that were encoded anew.
    if (first !== undefined && isSameAt([batch, row], [first, 0])) return false;
    const content = contentKeyAt(batch, row);
    if (first !== undefined && contentKeyAt(first, 0) === content) return false;
    return state.ledger.noteContent(this.#idAt(batch, row), content);
  }

  /** Forgets what exceeds the bound; what has grown must be stored before. */
  trim(): void {
    this.#recent.trim();
  }

  forget(): void {
    this.#recent.clear();
  }

  /** Keeps the filter with the file, for a quick start; nothing new will come but spans of traces that are here. */
  seal(): void {
    this.#database.prepare("INSERT OR REPLACE INTO fact VALUES ('filter', ?)").run(this.#filter.bytes);
    this.isSealed = true;
  }

  #load(traceId: string): TraceState | undefined {
    const row = this.#find.get(Buffer.from(traceId, 'latin1'));
    if (row === undefined) return undefined;
    const isLarge = Number(row['spans']) > LARGE_TRACE_SPANS;
    const state = isLarge ? this.#resume(traceId, row) : this.#replay(traceId, Number(row['id']));
    this.#recent.put(state);
    return state;
  }

  /** Its row and its tables say all there is to know. */
  #resume(traceId: string, row: Record<string, unknown>): TraceState {
    const id = Number(row['id']);
    const state = new TraceState(traceId, id, this.#ledgers.of(id));
    state.spanCount = Number(row['spans']);
    state.errorCount = Number(row['errors']);
    state.orphanCount = Number(row['orphans']);
    state.startNs = row['start_ns'] as bigint;
    state.endNs = row['end_ns'] as bigint;
    const counts = JSON.parse(String(row['services'])) as [string, number, number][];
    for (const [name, spans, errors] of counts) state.services.set(name, [spans, errors]);
    // Without the root itself, its columns tell of one that stands in for it.
    if (row['root_span'] !== null) {
      state.root = {
        spanId: Buffer.from(row['root_span'] as Uint8Array).toString('latin1'),
        service: String(row['root_service']),
        name: String(row['root_name']),
        startNs: row['root_start_ns'] as bigint,
      };
    }
    return state;
  }

  /** Goes through its spans again. */
  #replay(traceId: string, id: number): TraceState {
    // Pages of this transaction are read back like any other.
    this.#options.pages.flush();
    const state = new TraceState(traceId, id);
    for (const { first, batch } of this.#spans.parts(id)) {
      this.#indexer.useBatch(batch);
      for (let row = 0; row < spanCountOf(batch); row++) {
        this.#indexer.read(batch, row);
        const { spanId } = this.#indexer;
        if (state.ledger.get(spanId) !== undefined) state.ledger.noteContent(spanId, contentKeyAt(batch, row));
        state.add(factsOf(this.#indexer, first + row, this.#options.dictionaries.originAt(batch, row).service));
      }
    }
    state.isDirty = false;
    return state;
  }

  #idAt(batch: TraceBatch, row: number): string {
    this.#indexer.useBatch(batch);
    this.#indexer.read(batch, row);
    return this.#indexer.spanId;
  }
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
