import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { mkdirSync } from 'node:fs';
import { Worker } from 'node:worker_threads';

import { sizeBytesOf, type TraceBatch } from '../../otlp/trace-batch.ts';
import type { TraceQuery } from '../trace-query.ts';
import {
  type AttributeCounts,
  type EdgeRow,
  type OperationName,
  type OperationRow,
  type SearchPage,
  type StoreStatistics,
  StoreUnavailable,
  type TimeWindow,
  type TraceStore,
} from '../trace-store.ts';
import { ReaderClient } from './reader-client.ts';
import type { WriterCounts } from './store-writer.ts';
import { THREAD_ARGUMENTS, threadUrl } from './thread-url.ts';
import type { WriterReport, WriterRequest } from './thread-messages.ts';

export interface SqliteStoreOptions {
  readonly directory: string;
  readonly memoryBytes: number;
  readonly diskBytes: number;
}

interface PendingWrite {
  readonly id: number;
  readonly sizeBytes: number;
  readonly sinceMs: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Another hub has this data directory open. */
export class DirectoryInUse extends Error {
  readonly code = 'DirectoryInUse';

  constructor(directory: string, options: ErrorOptions) {
    super(`${directory} is in use by another hub; give this one its own with --data`, options);
  }
}

/** When the writer is this far behind, nothing more is taken: what waits is what a killed process loses. */
const MAX_LAG_MS = 1000;

/** Traces that one question fetches: few enough that others need not wait long behind it. */
const TRACES_AT_ONCE = 50;

const NOTHING: WriterCounts = {
  spanCount: 0,
  traceCount: 0,
  duplicateCount: 0,
  evictedSpanCount: 0,
  diskBytes: 0,
  oldestStartMs: undefined,
  files: [],
};

/**
 * Keeps traces in SQLite files: one thread writes, another reads, and this side only passes batches and questions on.
 * Batches that are not durable yet are held by the writer, within a sixteenth of the memory.
 */
export class SqliteStore implements TraceStore {
  readonly #lock: DatabaseSync;
  readonly #writer: Worker;
  readonly #reader: ReaderClient;
  readonly #maxQueueBytes: number;
  readonly #pending: PendingWrite[] = [];
  readonly #listeners = new Set<(traceIds: readonly string[]) => void>();
  #queueBytes = 0;
  #nextId = 1;
  #counts = NOTHING;
  #unstorableCount = 0;
  #setAside: readonly string[] = [];
  #unavailable: StoreUnavailable | undefined;

  private constructor(options: SqliteStoreOptions, lock: DatabaseSync) {
    this.#lock = lock;
    this.#maxQueueBytes = options.memoryBytes / 16;
    this.#writer = new Worker(threadUrl('writer-thread'), {
      workerData: options,
      execArgv: [...THREAD_ARGUMENTS],
      resourceLimits: { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 96 },
    });
    this.#reader = new ReaderClient(options, name => {
      this.#send({ type: 'set-aside', name });
    });
  }

  /** Resolves when both threads are ready; what could not be read is set aside by then. */
  static async open(options: SqliteStoreOptions): Promise<SqliteStore> {
    mkdirSync(options.directory, { recursive: true });
    const store = new SqliteStore(options, lockDirectory(options.directory));
    await new Promise<void>((resolve, reject) => {
      store.#writer.once('error', reject);
      store.#writer.on('message', (report: WriterReport) => {
        store.#hear(report);
        if (report.type === 'files') resolve();
      });
    });
    return store;
  }

  write(batch: TraceBatch): { readonly durable: Promise<void> } {
    if (this.#unavailable !== undefined) throw new StoreUnavailable(this.#unavailable.reason);
    const sizeBytes = sizeBytesOf(batch);
    // One batch is always taken, however large, or it would never be.
    const oldest = this.#pending[0];
    if (oldest !== undefined && this.#queueBytes + sizeBytes > this.#maxQueueBytes) {
      throw new StoreUnavailable('overloaded');
    }
    if (oldest !== undefined && performance.now() - oldest.sinceMs > MAX_LAG_MS) {
      throw new StoreUnavailable('overloaded');
    }
    const id = this.#nextId++;
    this.#queueBytes += sizeBytes;
    const durable = new Promise<void>((resolve, reject) => {
      this.#pending.push({ id, sizeBytes, sinceMs: performance.now(), resolve, reject });
    });
    this.#send({ type: 'write', id, batch }, [batch.bytes.buffer as ArrayBuffer, batch.table.buffer as ArrayBuffer]);
    return { durable };
  }

  search(query: TraceQuery): Promise<SearchPage> {
    return this.#reader.ask<SearchPage>('search', query);
  }

  trace(traceId: string): Promise<TraceBatch | undefined> {
    return this.#reader.ask<TraceBatch | undefined>('trace', traceId);
  }

  async traces(traceIds: readonly string[]): Promise<readonly (TraceBatch | undefined)[]> {
    const batches: (TraceBatch | undefined)[] = [];
    for (let at = 0; at < traceIds.length; at += TRACES_AT_ONCE) {
      const asked = traceIds.slice(at, at + TRACES_AT_ONCE);
      batches.push(...(await this.#reader.ask<readonly (TraceBatch | undefined)[]>('traces', asked)));
    }
    return batches;
  }

  services(): Promise<readonly string[]> {
    return this.#reader.ask<readonly string[]>('services');
  }

  operations(service: string): Promise<readonly OperationName[]> {
    return this.#reader.ask<readonly OperationName[]>('operations', service);
  }

  attributeKeys(prefix: string, limit: number): Promise<AttributeCounts> {
    return this.#reader.ask<AttributeCounts>('attributeKeys', prefix, limit);
  }

  attributeValues(key: string, prefix: string, limit: number): Promise<AttributeCounts> {
    return this.#reader.ask<AttributeCounts>('attributeValues', key, prefix, limit);
  }

  edges(window: TimeWindow): Promise<readonly EdgeRow[]> {
    return this.#reader.ask<readonly EdgeRow[]>('edges', window);
  }

  operationRows(window: TimeWindow): Promise<readonly OperationRow[]> {
    return this.#reader.ask<readonly OperationRow[]>('operationRows', window);
  }

  statistics(): Promise<StoreStatistics> {
    const oldest = this.#pending[0];
    return Promise.resolve({
      engine: `sqlite ${SQLITE_VERSION}`,
      ...this.#counts,
      unstorableCount: this.#unstorableCount,
      queueBytes: this.#queueBytes,
      lagMs: oldest === undefined ? 0 : performance.now() - oldest.sinceMs,
      memoryBytes: process.memoryUsage.rss(),
      setAside: this.#setAside,
    });
  }

  onChange(listener: (traceIds: readonly string[]) => void): () => void {
    this.#listeners.add(listener);
    this.#send({ type: 'watch', isWatched: true });
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#send({ type: 'watch', isWatched: false });
    };
  }

  async close(): Promise<void> {
    this.#unavailable = new StoreUnavailable('closed');
    const exited = once(this.#writer, 'exit');
    this.#send({ type: 'close' });
    await Promise.all([exited, this.#reader.close()]);
    this.#lock.close();
  }

  #send(request: WriterRequest, transfer: readonly ArrayBuffer[] = []): void {
    this.#writer.postMessage(request, [...transfer]);
  }

  #hear(report: WriterReport): void {
    switch (report.type) {
      case 'files':
        this.#setAside = report.setAside;
        this.#reader.useFiles(report.names);
        return;
      case 'committed':
        this.#settle(report.upTo);
        this.#counts = report.counts;
        this.#unstorableCount = report.unstorableCount;
        if (this.#unavailable?.reason === 'disk-full') this.#unavailable = undefined;
        if (report.grown.length > 0) for (const listener of this.#listeners) listener(report.grown);
        return;
      case 'blocked':
        this.#unavailable ??= new StoreUnavailable('disk-full');
        return;
      case 'closed':
        for (const { reject } of this.#pending.splice(0)) reject(new StoreUnavailable('closed'));
        return;
    }
  }

  #settle(upTo: number): void {
    for (let next = this.#pending[0]; next !== undefined && next.id <= upTo; next = this.#pending[0]) {
      this.#pending.shift();
      this.#queueBytes -= next.sizeBytes;
      next.resolve();
    }
  }
}

const SQLITE_VERSION = process.versions.sqlite ?? '';

// A lock that the system lets go of even when the process is killed.
function lockDirectory(directory: string): DatabaseSync {
  const lock = new DatabaseSync(join(directory, 'lock.db'));
  try {
    lock.exec('PRAGMA journal_mode = DELETE; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    throw new DirectoryInUse(directory, { cause: error });
  }
}
