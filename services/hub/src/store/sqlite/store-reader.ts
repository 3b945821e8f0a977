import { DurationHistogram, type EdgeKind, EdgeTable, SPAN_KINDS } from '@tracelab/trace-model';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { type TraceBatch } from '../../otlp/trace-batch.ts';
import type { TraceQuery } from '../trace-query.ts';
import {
  type AttributeCounts,
  BUCKET_MS,
  type EdgeRow,
  type OperationName,
  type OperationRow,
  type SearchPage,
  type TimeWindow,
} from '../trace-store.ts';
import { orDamaged } from './partition-file.ts';
import { PartitionReader } from './partition-reader.ts';
import { type FoundTrace, PartitionSearch } from './partition-search.ts';
import type { ReaderThreadOptions } from './thread-messages.ts';
import { TopList } from './top-list.ts';

/** A file takes no more than this part of the allowance, even when it is the only one. */
const MIN_SHARES = 4;

/** Answers queries over all partitions. Runs in a thread of its own, with connections of its own. */
export class StoreReader {
  readonly #options: ReaderThreadOptions;
  /** Newest first. */
  #readers: PartitionReader[] = [];

  constructor(options: ReaderThreadOptions) {
    this.#options = options;
  }

  /** Tells which partitions there are, oldest first; what is gone is closed, so that its room on disk is freed. */
  useFiles(names: readonly string[]): void {
    const { directory, memoryBytes } = this.#options;
    const known = new Map(this.#readers.map(reader => [reader.name, reader]));
    for (const [name, reader] of known) if (!names.includes(name)) reader.close();
    // All files share one allowance; each gets enough for the upper levels of its trees.
    const shareBytes = Math.floor(memoryBytes / 16 / Math.max(MIN_SHARES, names.length));
    const options = { cacheKilobytes: Math.floor(shareBytes / 1024), maxPageBytes: shareBytes };
    // One that is gone again was evicted since; the next list is under way.
    const isThere = (name: string) => known.has(name) || existsSync(join(directory, name));
    this.#readers = names
      .filter(isThere)
      .map(name => known.get(name) ?? new PartitionReader(directory, name, options))
      .reverse();
  }

  search(query: TraceQuery): SearchPage {
    const top = new TopList<FoundTrace>(query, query.limit + 1);
    const deadline = performance.now() + query.budgetMs;
    let isTruncated = false;
    for (const reader of this.#readers) {
      this.#read(reader, () => {
        const search = new PartitionSearch(reader, query, { top, deadline });
        search.run();
        isTruncated ||= search.isTruncated;
      });
    }
    const told = top.items.slice(0, query.limit);
    const last = told.at(-1);
    const hasMore = top.items.length > query.limit && last !== undefined;
    return {
      summaries: told.map(({ reader, row }) => this.#read(reader, () => reader.summary(row))),
      isTruncated,
      ...(hasMore && { next: { value: last.value, traceId: last.traceId } }),
    };
  }

  trace(traceId: string): TraceBatch | undefined {
    for (const reader of this.#readers) {
      const batch = this.#read(reader, () => {
        const row = reader.traceByTraceId(traceId);
        return row === undefined ? undefined : reader.batch(row.id);
      });
      if (batch !== undefined) return batch;
    }
    return undefined;
  }

  traces(traceIds: readonly string[]): readonly (TraceBatch | undefined)[] {
    return traceIds.map(traceId => this.trace(traceId));
  }

  services(): readonly string[] {
    const rows = this.#rows('SELECT DISTINCT service FROM origin');
    return [...new Set(rows.map(row => String(row['service'])))].sort();
  }

  operations(service: string): readonly OperationName[] {
    const operations = new Map<string, OperationName>();
    for (const row of this.#rows('SELECT name, kind FROM operation WHERE service = ?', service)) {
      const operation = { name: String(row['name']), kind: kindOf(row['kind']) };
      operations.set(`${operation.name}\u0000${operation.kind}`, operation);
    }
    return [...operations].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, operation]) => operation);
  }

  attributeKeys(prefix: string, limit: number): AttributeCounts {
    const counts = new Map<string, number>();
    for (const reader of this.#readers) {
      this.#read(reader, () => {
        for (const [key, spanCount] of reader.keyCounts()) counts.set(key, (counts.get(key) ?? 0) + spanCount);
      });
    }
    return mostFrequent(counts, { prefix, limit, isComplete: true });
  }

  attributeValues(key: string, prefix: string, limit: number): AttributeCounts {
    const counts = new Map<string, number>();
    for (const row of this.#rows('SELECT text, spans FROM attribute WHERE key = ?', key)) {
      const text = String(row['text']);
      counts.set(text, (counts.get(text) ?? 0) + Number(row['spans']));
    }
    const gaps = this.#rows("SELECT 1 FROM fact WHERE name = 'sampled' OR name = ?", `partial ${key}`);
    return mostFrequent(counts, { prefix, limit, isComplete: gaps.length === 0 });
  }

  edges({ startMs, endMs }: TimeWindow): readonly EdgeRow[] {
    const table = new EdgeTable();
    const sql = 'SELECT * FROM edge_bucket WHERE start_ms > ? AND start_ms < ?';
    for (const row of this.#rows(sql, startMs - BUCKET_MS, endMs)) {
      table.merge({
        parent: String(row['parent']),
        child: String(row['child']),
        kind: row['kind'] as EdgeKind,
        callCount: Number(row['calls']),
        errorCount: Number(row['errors']),
        durations: histogramOf(row),
      });
    }
    return table.edges().map(edge => ({ ...edge, durations: edge.durations.entries() }));
  }

  operationRows({ startMs, endMs }: TimeWindow): readonly OperationRow[] {
    const merged = new Map<string, OperationRow>();
    const sql = `SELECT b.start_ms, b.calls, b.errors, b.durations, o.service, o.name, o.kind FROM operation_bucket b
      JOIN operation o ON o.id = b.operation WHERE b.start_ms > ? AND b.start_ms < ?`;
    for (const row of this.#rows(sql, startMs - BUCKET_MS, endMs)) {
      const next = operationRowOf(row);
      const key = [String(next.startMs).padStart(16, '0'), next.service, next.operation, next.kind].join('\u0000');
      const known = merged.get(key);
      merged.set(key, known === undefined ? next : plus(known, next));
    }
    return [...merged].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, row]) => row);
  }

  close(): void {
    for (const reader of this.#readers) reader.close();
    this.#readers = [];
  }

  #rows(sql: string, ...values: (string | number)[]): Record<string, unknown>[] {
    return this.#readers.flatMap(reader => this.#read(reader, () => reader.all(sql, values)));
  }

  #read<Result>(reader: PartitionReader, read: () => Result): Result {
    return orDamaged(reader.name, read);
  }
}

const kindOf = (kind: unknown) => SPAN_KINDS[Number(kind)] ?? 'unspecified';

function histogramOf(row: Record<string, unknown>): DurationHistogram {
  return DurationHistogram.from(JSON.parse(String(row['durations'])) as [number, number][]);
}

function operationRowOf(row: Record<string, unknown>): OperationRow {
  return {
    startMs: Number(row['start_ms']),
    service: String(row['service']),
    operation: String(row['name']),
    kind: kindOf(row['kind']),
    callCount: Number(row['calls']),
    errorCount: Number(row['errors']),
    durations: JSON.parse(String(row['durations'])) as [number, number][],
  };
}

function plus(left: OperationRow, right: OperationRow): OperationRow {
  const durations = DurationHistogram.from([...left.durations, ...right.durations]).entries();
  const callCount = left.callCount + right.callCount;
  return { ...left, callCount, errorCount: left.errorCount + right.errorCount, durations };
}

interface Choice {
  readonly prefix: string;
  readonly limit: number;
  readonly isComplete: boolean;
}

function mostFrequent(counts: ReadonlyMap<string, number>, { prefix, limit, isComplete }: Choice): AttributeCounts {
  const sorted = [...counts]
    .filter(([text]) => text.startsWith(prefix))
    .sort(([left, more], [right, less]) => less - more || (left < right ? -1 : 1));
  const told = sorted.slice(0, limit).map(([text, spanCount]) => ({ text, spanCount }));
  return { counts: told, isComplete: isComplete && told.length === sorted.length };
}
