import { type DatabaseSync, type StatementSync } from 'node:sqlite';

import { COLUMNS, RESOURCE_AT, SPAN_AT, type TraceBatch } from '../../otlp/trace-batch.ts';
import { PageReader, spansIn } from './span-pages.ts';

export interface ChunkRow {
  readonly first: number;
  readonly trace: number;
  readonly page: number;
  readonly at: number;
  readonly spans: number;
}

/** Reads spans back as batches, whole traces or one span. */
export class SpanReader {
  readonly #chunks: StatementSync;
  readonly #chunkOf: StatementSync;
  readonly #origin: StatementSync;
  readonly #pages: PageReader;

  constructor(database: DatabaseSync, maxPageBytes: number) {
    this.#chunks = database.prepare('SELECT * FROM chunk WHERE trace = ? ORDER BY first');
    this.#chunkOf = database.prepare('SELECT * FROM chunk WHERE first <= ? ORDER BY first DESC LIMIT 1');
    this.#origin = database.prepare('SELECT resource, scope FROM origin WHERE id = ?');
    this.#pages = new PageReader(database, maxPageBytes);
  }

  /** All spans of a trace as one batch. */
  trace(trace: number): TraceBatch {
    const builder = new BatchBuilder(this.#origin);
    for (const chunk of this.#chunks.all(trace) as unknown as ChunkRow[]) this.#addChunk(builder, chunk);
    return builder.build();
  }

  /** The same in parts, so that never all of it is in memory. */
  *parts(trace: number): Generator<{ readonly first: number; readonly batch: TraceBatch }> {
    for (const chunk of this.#chunks.all(trace) as unknown as ChunkRow[]) {
      const builder = new BatchBuilder(this.#origin);
      this.#addChunk(builder, chunk);
      yield { first: chunk.first, batch: builder.build() };
    }
  }

  /** The chunk that a span is in. */
  chunkOf(span: number): ChunkRow | undefined {
    return this.#chunkOf.get(span) as ChunkRow | undefined;
  }

  /** The `index`th span of a chunk, alone. */
  span(chunk: ChunkRow, index: number): TraceBatch {
    const page = this.#pages.page(chunk.page);
    const placed = spansIn(page, chunk.at, index + 1)[index];
    const builder = new BatchBuilder(this.#origin);
    if (placed !== undefined) builder.add(page.subarray(placed.at, placed.at + placed.length), placed.origin);
    return builder.build();
  }

  #addChunk(builder: BatchBuilder, { page, at, spans }: ChunkRow): void {
    const bytes = this.#pages.page(page);
    for (const span of spansIn(bytes, at, spans)) {
      builder.add(bytes.subarray(span.at, span.at + span.length), span.origin);
    }
  }
}

/** Puts stored spans together as a batch that can be decoded, each origin once. */
class BatchBuilder {
  readonly #origin: StatementSync;
  readonly #parts: Uint8Array[] = [];
  readonly #numbers: number[] = [];
  readonly #origins = new Map<number, readonly number[]>();
  #size = 0;

  constructor(origin: StatementSync) {
    this.#origin = origin;
  }

  /** The span's bytes are read when the batch is built, so they must stay as they are until then. */
  add(span: Uint8Array, origin: number): void {
    const place = this.#origins.get(origin) ?? this.#addOrigin(origin);
    const row = new Array<number>(COLUMNS);
    row.splice(SPAN_AT, 2, this.#append(span), span.length);
    row.splice(RESOURCE_AT, 4, ...place);
    this.#numbers.push(...row);
  }

  build(): TraceBatch {
    const bytes = new Uint8Array(this.#size);
    let at = 0;
    for (const part of this.#parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return { bytes, table: Int32Array.from(this.#numbers) };
  }

  #addOrigin(id: number): readonly number[] {
    const row = this.#origin.get(id);
    const { resource, scope } = row as unknown as { resource: Uint8Array; scope: Uint8Array };
    const place = [this.#append(resource), resource.length, this.#append(scope), scope.length];
    this.#origins.set(id, place);
    return place;
  }

  #append(bytes: Uint8Array): number {
    this.#parts.push(bytes);
    this.#size += bytes.length;
    return this.#size - bytes.length;
  }
}
