import { mkdirSync } from 'node:fs';

import { spanCountOf, type TraceBatch } from '../../otlp/trace-batch.ts';
import type { StoreFile } from '../trace-store.ts';
import {
  isCorruption,
  listPartitions,
  orDamaged,
  partitionFile,
  partitionName,
  sequenceOf,
  setAside,
  unlinkPartition,
} from './partition-file.ts';
import { PartitionWriter } from './partition-writer.ts';
import { SpanIndexer } from './span-indexer.ts';

export interface StoreWriterOptions {
  readonly directory: string;
  readonly diskBytes: number;
  readonly memoryBytes: number;
}

export interface WriterCounts {
  readonly spanCount: number;
  readonly traceCount: number;
  readonly duplicateCount: number;
  readonly evictedSpanCount: number;
  readonly diskBytes: number;
  readonly oldestStartMs: number | undefined;
  readonly files: readonly StoreFile[];
}

/** So many partitions share the disk, so eviction takes a small part of all that is kept. */
const PARTITIONS = 16;
const DAY_MS = 86_400_000;
/** A transaction takes no more spans of one batch: what it touches is in memory until it is committed. */
const SPANS_AT_ONCE = 10_000;
/** Room kept for what the next transaction and its log may add before sizes are looked at again. */
const HEADROOM_BYTES = 24 * 1024 * 1024;

/**
 * Writes batches to partitions. A trace lives whole in the file that was current when its first span came, so that
 * unlinking a file forgets whole traces; a span of a known trace goes to that trace's file.
 */
export class StoreWriter {
  readonly #options: StoreWriterOptions;
  readonly #partitionBytes: number;
  readonly #headroomBytes: number;
  readonly #indexer = new SpanIndexer();
  readonly setAside: string[] = [];
  /** Oldest first; the last is the current one. */
  #partitions: PartitionWriter[] = [];
  readonly #touched = new Set<PartitionWriter>();
  readonly #openedMs = new Map<PartitionWriter, number>();
  #evictedSpanCount = 0;
  #files: readonly StoreFile[] = [];
  #oldestStartMs: number | undefined;

  constructor(options: StoreWriterOptions) {
    this.#options = options;
    this.#partitionBytes = Math.floor(options.diskBytes / PARTITIONS);
    this.#headroomBytes = Math.min(HEADROOM_BYTES, Math.floor(options.diskBytes / 4));
    mkdirSync(options.directory, { recursive: true });
    this.open();
  }

  /** Opens what is on disk; also after `abandon`. A file that cannot be read is set aside. */
  open(): void {
    const { directory } = this.#options;
    for (const name of listPartitions(directory)) this.#openOrSetAside(name);
    this.#ensureCurrent();
    this.#measure();
  }

  names(): string[] {
    return this.#partitions.map(({ name }) => name);
  }

  /** Adds a batch to the transaction, or a large one to several; returns the traces that grew. */
  write(batch: TraceBatch): string[] {
    const grown: string[] = [];
    const count = spanCountOf(batch);
    for (let from = 0; from < count; from += SPANS_AT_ONCE) {
      if (from > 0) this.commit();
      grown.push(...this.#writeRows(batch, from, Math.min(count, from + SPANS_AT_ONCE)));
    }
    return grown;
  }

  /** Makes what was written durable, then makes room and, when a file is full or old, begins the next. */
  commit(): void {
    for (const partition of this.#touched) {
      orDamaged(partition.name, () => {
        partition.commit();
      });
    }
    this.#touched.clear();
    this.#measure();
    this.#makeRoom();
    this.#rollWhenFull();
  }

  /** Drops what was not committed, and every file handle: after a failure the files alone say what is there. */
  abandon(): void {
    for (const partition of this.#partitions) partition.close();
    this.#partitions = [];
    this.#touched.clear();
    this.#openedMs.clear();
  }

  /** Puts a partition out of the way that turned out damaged while it was read or written. */
  setPartitionAside(name: string): void {
    const partition = this.#partitions.find(own => own.name === name);
    if (partition === undefined) return;
    this.#partitions = this.#partitions.filter(own => own !== partition);
    this.#touched.delete(partition);
    partition.close();
    this.setAside.push(setAside(this.#options.directory, name, Date.now()));
    this.#ensureCurrent(sequenceOf(name));
    this.#measure();
  }

  close(): void {
    for (const partition of this.#partitions) partition.checkpoint();
    this.abandon();
  }

  counts(): WriterCounts {
    const sum = (count: (partition: PartitionWriter) => number) =>
      this.#partitions.reduce((total, partition) => total + count(partition), 0);
    return {
      spanCount: sum(partition => partition.spanCount),
      traceCount: sum(partition => partition.traceCount),
      duplicateCount: sum(partition => partition.duplicateCount),
      evictedSpanCount: this.#evictedSpanCount,
      diskBytes: this.#diskBytes(),
      oldestStartMs: this.#oldestStartMs,
      files: this.#files,
    };
  }

  #writeRows(batch: TraceBatch, from: number, to: number): string[] {
    const grown: string[] = [];
    for (const [traceId, rows] of this.#rowsByTrace(batch, from, to)) {
      const partition = this.#homeOf(traceId);
      this.#touched.add(partition);
      const added = orDamaged(partition.name, () => {
        partition.begin();
        return partition.add(batch, { traceId, rows });
      });
      if (added > 0) grown.push(traceId);
    }
    return grown;
  }

  #rowsByTrace(batch: TraceBatch, from: number, to: number): Map<string, number[]> {
    const rows = new Map<string, number[]>();
    this.#indexer.useBatch(batch);
    for (let row = from; row < to; row++) {
      const traceId = this.#indexer.traceIdOf(batch, row);
      const known = rows.get(traceId);
      if (known === undefined) rows.set(traceId, [row]);
      else known.push(row);
    }
    return rows;
  }

  #homeOf(traceId: string): PartitionWriter {
    const { length } = this.#partitions;
    for (let index = length - 1; index >= 0; index--) {
      const partition = this.#partitions[index];
      if (partition !== undefined && orDamaged(partition.name, () => partition.has(traceId))) return partition;
    }
    return this.#partitions[length - 1] as PartitionWriter;
  }

  #openOrSetAside(name: string): void {
    try {
      this.#openPartition(name);
    } catch (error) {
      if (!isCorruption(error)) throw error;
      this.setAside.push(setAside(this.#options.directory, name, Date.now()));
    }
  }

  #openPartition(name: string): void {
    const { directory, memoryBytes } = this.#options;
    const cacheKilobytes = Math.floor(memoryBytes / 32 / 1024);
    // A remembered span costs about 250 bytes.
    const maxRecentSpans = Math.floor(memoryBytes / 16 / 250);
    const partition = new PartitionWriter(directory, name, { cacheKilobytes, maxRecentSpans });
    this.#partitions.push(partition);
    this.#openedMs.set(partition, Date.now());
  }

  /** Begins a file when the last one takes no new traces; never under a name that was in use. */
  #ensureCurrent(lastSequence = 0): void {
    const last = this.#partitions.at(-1);
    if (last?.isSealed === false) return;
    this.#addPartition(Math.max(lastSequence, last === undefined ? 0 : sequenceOf(last.name)) + 1);
  }

  #addPartition(sequence: number): void {
    this.#openPartition(partitionName(sequence));
    this.#measure();
  }

  #measure(): void {
    this.#files = this.#partitions.map(({ name }) => partitionFile(this.#options.directory, name));
    this.#oldestStartMs = this.#partitions[0]?.oldestStartMs();
  }

  #diskBytes(): number {
    return this.#files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  #makeRoom(): void {
    while (this.#diskBytes() + this.#headroomBytes > this.#options.diskBytes && this.#partitions.length > 1) {
      const [oldest] = this.#partitions.splice(0, 1);
      if (oldest === undefined) return;
      oldest.close();
      unlinkPartition(this.#options.directory, oldest.name);
      this.#evictedSpanCount += oldest.spanCount;
      this.#measure();
    }
  }

  #rollWhenFull(): void {
    const current = this.#partitions.at(-1);
    const sizeBytes = this.#files.at(-1)?.sizeBytes ?? 0;
    if (current === undefined) return;
    const ageMs = Date.now() - (this.#openedMs.get(current) ?? 0);
    if (sizeBytes < this.#partitionBytes && (ageMs < DAY_MS || current.spanCount === 0)) return;
    current.seal();
    current.checkpoint();
    current.rest();
    this.#addPartition(sequenceOf(current.name) + 1);
  }
}
