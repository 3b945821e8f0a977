import { DurationHistogram } from '@tracelab/trace-model';
import { type DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';

import { BUCKET_MS } from '../trace-store.ts';

interface Bucket {
  callCount: number;
  errorCount: number;
  readonly durations: DurationHistogram;
  isDirty: boolean;
}

export interface BucketCall {
  readonly durationNs: number;
  readonly isError: boolean;
}

/** Beyond this many, buckets that were written are forgotten; they are read again if another span falls into them. */
const MAX_KEPT = 5000;

/**
 * Calls, errors and durations by a key in one table. The current buckets stay in memory with all that they ever
 * counted, so writing them is a replacement and reads nothing.
 */
export class Buckets<Key extends readonly (string | number)[]> {
  readonly #buckets = new Map<string, Bucket & { readonly key: Key }>();
  readonly #select: StatementSync;
  readonly #replace: StatementSync;

  constructor(database: DatabaseSync, table: string, columns: readonly string[]) {
    const where = columns.map(column => `${column} = ?`).join(' AND ');
    const marks = columns.map(() => '?').join(', ');
    this.#select = database.prepare(`SELECT calls, errors, durations FROM ${table} WHERE ${where}`);
    this.#replace = database.prepare(
      `INSERT OR REPLACE INTO ${table} (${columns.join(', ')}, calls, errors, durations) VALUES (${marks}, ?, ?, ?)`,
    );
  }

  add(key: Key, { durationNs, isError }: BucketCall): void {
    const text = key.join('\u0000');
    const bucket = this.#buckets.get(text) ?? this.#load(text, key);
    bucket.callCount++;
    if (isError) bucket.errorCount++;
    bucket.durations.add(durationNs);
    bucket.isDirty = true;
  }

  flush(): void {
    for (const bucket of this.#buckets.values()) {
      if (!bucket.isDirty) continue;
      const { key, callCount, errorCount, durations } = bucket;
      const values: SQLInputValue[] = [...key, callCount, errorCount, JSON.stringify(durations.entries())];
      this.#replace.run(...values);
      bucket.isDirty = false;
    }
    if (this.#buckets.size > MAX_KEPT) this.#buckets.clear();
  }

  #load(text: string, key: Key): Bucket & { readonly key: Key } {
    const row = this.#select.get(...key) as { calls: number; errors: number; durations: string } | undefined;
    const entries = row === undefined ? [] : (JSON.parse(row.durations) as [number, number][]);
    const bucket = {
      key,
      callCount: row?.calls ?? 0,
      errorCount: row?.errors ?? 0,
      durations: DurationHistogram.from(entries),
      isDirty: false,
    };
    this.#buckets.set(text, bucket);
    return bucket;
  }
}

/** The bucket of statistics that a moment falls into. */
export function bucketOf(startNs: bigint): number {
  return Math.floor(Number(startNs / 1_000_000n) / BUCKET_MS) * BUCKET_MS;
}
