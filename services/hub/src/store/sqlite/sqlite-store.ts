import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { mkdirSync } from 'node:fs';

import { type TraceBatch } from '../../otlp/trace-batch.ts';
import type { TraceQuery } from '../trace-query.ts';
import {
  type AttributeCounts,
  type EdgeRow,
  type OperationName,
  type OperationRow,
  type SearchPage,
  type StoreStatistics,
  type TimeWindow,
  type TraceStore,
} from '../trace-store.ts';
import { ReaderClient } from './reader-client.ts';
import { WriterClient, type WriterClientOptions, type WriterLost } from './writer-client.ts';

export type SqliteStoreOptions = WriterClientOptions;

/** Who is told what the store cannot say in an answer. */
export interface StoreWatch {
  /** Something that whoever runs the hub should read. */
  readonly warn: (message: string) => void;
  /** Nothing can be stored any more. */
  readonly giveUp: (error: WriterLost) => void;
}

/** Another hub has this data directory open. */
export class DirectoryInUse extends Error {
  readonly code = 'DirectoryInUse';

  constructor(directory: string, options: ErrorOptions) {
    super(`${directory} is in use by another hub; give this one its own with --data`, options);
  }
}

/** Traces that one question fetches: few enough that others need not wait long behind it. */
const TRACES_AT_ONCE = 50;

/**
 * Keeps traces in SQLite files: one thread writes, another reads, and this side only passes batches and questions on.
 * Batches that are not durable yet are held by the writer, within a sixteenth of the memory.
 */
export class SqliteStore implements TraceStore {
  readonly #lock: DatabaseSync;
  readonly #writer: WriterClient;
  readonly #reader: ReaderClient;
  readonly #listeners = new Set<(traceIds: readonly string[]) => void>();
  #setAside: readonly string[] = [];

  private constructor(options: SqliteStoreOptions, watch: StoreWatch, lock: DatabaseSync) {
    this.#lock = lock;
    this.#writer = new WriterClient(options, {
      ...watch,
      files: (names, setAside) => {
        this.#setAside = setAside;
        this.#reader.useFiles(names);
      },
      grown: traceIds => {
        for (const listener of this.#listeners) listener(traceIds);
      },
    });
    this.#reader = new ReaderClient(options, name => {
      this.#writer.setAside(name);
    });
  }

  /** Resolves when both threads are ready; what could not be read is set aside by then. */
  static async open(options: SqliteStoreOptions, watch: StoreWatch): Promise<SqliteStore> {
    mkdirSync(options.directory, { recursive: true });
    const store = new SqliteStore(options, watch, lockDirectory(options.directory));
    await store.#writer.ready;
    return store;
  }

  write(batch: TraceBatch): { readonly durable: Promise<void> } {
    return { durable: this.#writer.write(batch) };
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
    const { counts, unstorableCount, lostSpanCount, queueBytes, lagMs } = this.#writer;
    return Promise.resolve({
      engine: `sqlite ${SQLITE_VERSION}`,
      ...counts,
      unstorableCount,
      lostSpanCount,
      queueBytes,
      lagMs,
      memoryBytes: process.memoryUsage.rss(),
      setAside: this.#setAside,
    });
  }

  onChange(listener: (traceIds: readonly string[]) => void): () => void {
    this.#listeners.add(listener);
    this.#writer.watch(true);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#writer.watch(false);
    };
  }

  async close(): Promise<void> {
    await Promise.all([this.#writer.close(), this.#reader.close()]);
    this.#lock.close();
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
