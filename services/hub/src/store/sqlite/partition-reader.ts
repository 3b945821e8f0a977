import { type Attribute, type Span, textOf, type TraceSummary } from '@tracelab/trace-model';
import { type DatabaseSync, type StatementSync } from 'node:sqlite';

import { BatchDecoder, readResource, readScope } from '../../otlp/decode-span.ts';
import { ProtobufCursor } from '../../otlp/protobuf-cursor.ts';
import { type TraceBatch } from '../../otlp/trace-batch.ts';
import { openForReading } from './partition-file.ts';
import { type ChunkRow, SpanReader } from './stored-trace.ts';
import { KEY_SET, numberTerm, OPERATION, ORIGIN } from './term.ts';
import { type OriginTexts, type Vocabulary } from './term-plan.ts';

/** More alternatives than this cost the index more than looking at the spans does. */
const MAX_TERMS = 300;

/** A row of the trace table. */
export interface TraceRow {
  readonly id: number;
  readonly traceId: string;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly durationNs: bigint;
  readonly spanCount: bigint;
}

export interface BlockRow {
  readonly id: number;
  readonly startMinNs: bigint;
  readonly startMaxNs: bigint;
}

type Row = Record<string, unknown>;

const TRACE_COLUMNS = 'id, trace_id, start_ns, end_ns, duration_ns, spans';

/** The reading side of one partition: sees what was committed when each call began. */
export class PartitionReader implements Vocabulary {
  readonly name: string;
  readonly database: DatabaseSync;
  readonly #spans: SpanReader;
  readonly #origins: { id: number; texts: OriginTexts }[] = [];
  readonly #keySets: { id: number; keys: ReadonlySet<string> }[] = [];
  readonly #sql: ReturnType<typeof prepareAll>;

  constructor(directory: string, name: string, options: { cacheKilobytes: number; maxPageBytes: number }) {
    this.name = name;
    this.database = openForReading(directory, name, options.cacheKilobytes);
    this.#spans = new SpanReader(this.database, options.maxPageBytes);
    this.#sql = prepareAll(this.database);
  }

  close(): void {
    this.database.close();
  }

  /** Rows of spans that the expression hits, latest first. */
  *hits(expression: string): Generator<number> {
    for (const row of this.#sql.hits.iterate(expression)) yield (row as unknown as [number])[0];
  }

  /** The same at once; undefined when there are more than so many. */
  someHits(expression: string, most: number): readonly number[] | undefined {
    const rows = this.#sql.someHits.all(expression, most + 1) as unknown as [number][];
    return rows.length > most ? undefined : rows.map(([span]) => span);
  }

  chunkOf(span: number): ChunkRow | undefined {
    return this.#spans.chunkOf(span);
  }

  blocks(): BlockRow[] {
    return this.#sql.blocks.all().map(row => ({
      id: Number(row['id']),
      startMinNs: row['start_min_ns'] as bigint,
      startMaxNs: row['start_max_ns'] as bigint,
    }));
  }

  traceRow(id: number): TraceRow | undefined {
    const row = this.#sql.trace.get(id);
    return row === undefined ? undefined : traceRowOf(row);
  }

  traceByTraceId(traceId: string): TraceRow | undefined {
    const row = this.#sql.byTraceId.get(Buffer.from(traceId, 'hex'));
    return row === undefined ? undefined : traceRowOf(row);
  }

  /** Traces in order of one column, those first that have the given bounds. */
  *walk(sql: string, bounds: readonly bigint[]): Generator<TraceRow> {
    const statement = this.database.prepare(`SELECT ${TRACE_COLUMNS} FROM trace ${sql}`);
    statement.setReadBigInts(true);
    for (const row of statement.iterate(...bounds)) yield traceRowOf(row);
  }

  summary(id: number): TraceSummary {
    const row = this.#sql.summary.get(id) as Row;
    const counts = JSON.parse(String(row['services'])) as [string, number, number][];
    return {
      traceId: hexOf(row['trace_id']),
      rootService: String(row['root_service']),
      rootOperation: String(row['root_name']),
      startNs: row['start_ns'] as bigint,
      endNs: row['end_ns'] as bigint,
      spanCount: Number(row['spans']),
      errorSpanCount: Number(row['errors']),
      orphanSpanCount: Number(row['orphans']),
      services: counts
        .map(([name, spanCount, errorSpanCount]) => ({ name, spanCount, errorSpanCount }))
        .sort((left, right) => (left.name < right.name ? -1 : 1)),
    };
  }

  all(sql: string, values: readonly (string | number)[]): Record<string, unknown>[] {
    return this.database.prepare(sql).all(...values);
  }

  /** How many spans have each attribute key, wherever it stands. */
  keyCounts(): Map<string, number> {
    this.#loadOrigins();
    this.#loadKeySets();
    const counts = new Map<string, number>();
    const add = (keys: Iterable<string>, spanCount: number) => {
      for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + spanCount);
    };
    const spansOf = (table: string) =>
      new Map(this.all(`SELECT id, spans FROM ${table}`, []).map(row => [row['id'], Number(row['spans'])]));
    const [ofOrigin, ofKeySet] = [spansOf('origin'), spansOf('key_set')];
    for (const { id, texts } of this.#origins) {
      add(new Set([...texts.resource.keys(), ...texts.scope.keys()]), ofOrigin.get(id) ?? 0);
    }
    for (const { id, keys } of this.#keySets) add(keys, ofKeySet.get(id) ?? 0);
    return counts;
  }

  batch(trace: number): TraceBatch {
    return this.#spans.trace(trace);
  }

  /** The `index`th span of a chunk. */
  span(chunk: ChunkRow, index: number): Span {
    return new BatchDecoder(this.#spans.span(chunk, index)).span(0);
  }

  operationTerms(accepts: (name: string) => boolean): readonly string[] | undefined {
    const rows = this.#sql.operations.all() as unknown as { id: number; name: string }[];
    return bounded(rows.filter(({ name }) => accepts(name)).map(({ id }) => numberTerm(OPERATION, id)));
  }

  originTerms(accepts: (origin: OriginTexts) => boolean): readonly string[] | undefined {
    this.#loadOrigins();
    return bounded(this.#origins.filter(({ texts }) => accepts(texts)).map(({ id }) => numberTerm(ORIGIN, id)));
  }

  keySetTerms(key: string): readonly string[] | undefined {
    this.#loadKeySets();
    return bounded(this.#keySets.filter(({ keys }) => keys.has(key)).map(({ id }) => numberTerm(KEY_SET, id)));
  }

  // Origins and key sets are only ever added to, so what was read stays true.
  #loadOrigins(): void {
    for (const row of this.#sql.origins.all(this.#origins.length)) {
      const resource = readResource(new ProtobufCursor(row['resource'] as Uint8Array));
      const scope = readScope(new ProtobufCursor(row['scope'] as Uint8Array));
      const texts = {
        service: String(row['service']),
        scopeName: scope.name,
        scopeVersion: scope.version,
        resource: textsOf(resource.attributes),
        scope: textsOf(scope.attributes),
      };
      this.#origins.push({ id: Number(row['id']), texts });
    }
  }

  #loadKeySets(): void {
    for (const row of this.#sql.keySets.all(this.#keySets.length)) {
      const keys = new Set(JSON.parse(String(row['keys'])) as string[]);
      this.#keySets.push({ id: Number(row['id']), keys });
    }
  }
}

function prepareAll(database: DatabaseSync) {
  const bigints = (sql: string): StatementSync => {
    const statement = database.prepare(sql);
    statement.setReadBigInts(true);
    return statement;
  };
  const hits = database.prepare('SELECT rowid FROM term WHERE term MATCH ? ORDER BY rowid DESC');
  hits.setReturnArrays(true);
  const someHits = database.prepare('SELECT rowid FROM term WHERE term MATCH ? ORDER BY rowid DESC LIMIT ?');
  someHits.setReturnArrays(true);
  return {
    hits,
    someHits,
    blocks: bigints('SELECT * FROM block ORDER BY id'),
    trace: bigints(`SELECT ${TRACE_COLUMNS} FROM trace WHERE id = ?`),
    byTraceId: bigints(`SELECT ${TRACE_COLUMNS} FROM trace WHERE trace_id = ?`),
    summary: bigints('SELECT * FROM trace WHERE id = ?'),
    operations: database.prepare('SELECT id, name FROM operation'),
    origins: database.prepare('SELECT * FROM origin WHERE id > ? ORDER BY id'),
    keySets: database.prepare('SELECT id, keys FROM key_set WHERE id > ? ORDER BY id'),
  };
}

function traceRowOf(row: Row): TraceRow {
  return {
    id: Number(row['id']),
    traceId: hexOf(row['trace_id']),
    startNs: row['start_ns'] as bigint,
    endNs: row['end_ns'] as bigint,
    durationNs: row['duration_ns'] as bigint,
    spanCount: row['spans'] as bigint,
  };
}

function hexOf(bytes: unknown): string {
  return Buffer.from(bytes as Uint8Array).toString('hex');
}

function textsOf(attributes: readonly Attribute[]): Map<string, Set<string>> {
  const texts = new Map<string, Set<string>>();
  for (const { key, value } of attributes) {
    const known = texts.get(key);
    if (known === undefined) texts.set(key, new Set([textOf(value)]));
    else known.add(textOf(value));
  }
  return texts;
}

function bounded(terms: readonly string[]): readonly string[] | undefined {
  return terms.length > MAX_TERMS ? undefined : terms;
}
