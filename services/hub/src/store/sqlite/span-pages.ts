import { type DatabaseSync, type StatementSync } from 'node:sqlite';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

import { UnreadablePartition } from './partition-file.ts';

/** Enough to compress well, little enough to read one trace without much of its neighbours. */
const PAGE_BYTES = 64 * 1024;
/** Before each span: its length and its origin. */
const HEADER_BYTES = 8;

// The checksum is how a page tells that its bytes are no longer those written: SQLite itself does not look.
const OPTIONS = { params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 } };

/** Where spans went. */
export interface PagePlace {
  readonly page: number;
  readonly at: number;
}

/** Gathers encoded spans into pages and stores each compressed. */
export class PageWriter {
  readonly #insert: StatementSync;
  #bytes = Buffer.allocUnsafe(2 * PAGE_BYTES);
  #at = 0;
  #page: number;

  constructor(database: DatabaseSync) {
    this.#insert = database.prepare('INSERT INTO page (id, bytes) VALUES (?, ?)');
    const { last } = database.prepare('SELECT coalesce(max(id), 0) AS last FROM page').get() as { last: number };
    this.#page = last + 1;
  }

  /** Where the next span will be. */
  place(): PagePlace {
    return { page: this.#page, at: this.#at };
  }

  append(span: Uint8Array, origin: number): void {
    const needed = this.#at + HEADER_BYTES + span.length;
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(needed * 2);
      this.#bytes.copy(larger, 0, 0, this.#at);
      this.#bytes = larger;
    }
    this.#bytes.writeUInt32LE(span.length, this.#at);
    this.#bytes.writeUInt32LE(origin, this.#at + 4);
    this.#bytes.set(span, this.#at + HEADER_BYTES);
    this.#at = needed;
  }

  isFull(): boolean {
    return this.#at >= PAGE_BYTES;
  }

  flush(): void {
    if (this.#at === 0) return;
    this.#insert.run(this.#page, zstdCompressSync(this.#bytes.subarray(0, this.#at), OPTIONS));
    this.#page++;
    this.#at = 0;
    // One huge span must not keep its room for good.
    if (this.#bytes.length > 16 * PAGE_BYTES) this.#bytes = Buffer.allocUnsafe(2 * PAGE_BYTES);
  }
}

/** One span in a decompressed page. */
export interface PagedSpan {
  readonly origin: number;
  readonly at: number;
  readonly length: number;
}

/** Reads pages, keeping the last used ones decompressed within a bound. */
export class PageReader {
  readonly #select: StatementSync;
  readonly #maxBytes: number;
  readonly #pages = new Map<number, Buffer>();
  #sizeBytes = 0;

  constructor(database: DatabaseSync, maxBytes: number) {
    this.#select = database.prepare('SELECT bytes FROM page WHERE id = ?');
    this.#maxBytes = maxBytes;
  }

  page(id: number): Buffer {
    const known = this.#pages.get(id);
    if (known !== undefined) return known;
    const page = decompressed(id, this.#select.get(id)?.['bytes'] as Uint8Array | undefined);
    this.#pages.set(id, page);
    this.#sizeBytes += page.length;
    for (const [oldest, { length }] of this.#pages) {
      if (this.#sizeBytes <= this.#maxBytes || oldest === id) break;
      this.#pages.delete(oldest);
      this.#sizeBytes -= length;
    }
    return page;
  }
}

function decompressed(id: number, bytes: Uint8Array | undefined): Buffer {
  if (bytes === undefined) throw new UnreadablePartition(`page ${id} is missing`);
  try {
    return zstdDecompressSync(bytes);
  } catch (error) {
    throw new UnreadablePartition(`page ${id} is not what was written`, { cause: error });
  }
}

/** The `count` spans that begin at `at`. */
export function spansIn(page: Buffer, at: number, count: number): PagedSpan[] {
  const spans: PagedSpan[] = [];
  for (let index = 0, next = at; index < count; index++) {
    const length = page.readUInt32LE(next);
    spans.push({ origin: page.readUInt32LE(next + 4), at: next + HEADER_BYTES, length });
    next += HEADER_BYTES + length;
  }
  return spans;
}
