import type { BucketCount, EdgeKind, SpanKind, TraceSummary } from '@tracelab/trace-model';

import type { TraceBatch } from '../otlp/trace-batch.ts';
import type { TraceQuery } from './trace-query.ts';

/** A place in a sorted list of traces: the sort value of the last one told, and its id to break ties. */
export interface Cursor {
  readonly value: bigint;
  readonly traceId: string;
}

export interface SearchPage {
  readonly summaries: readonly TraceSummary[];
  /** Present when there is more. */
  readonly next?: Cursor;
  /** The time budget ran out before the whole store was looked at. */
  readonly isTruncated: boolean;
}

export interface OperationName {
  readonly name: string;
  readonly kind: SpanKind;
}

/** From and to, in milliseconds since 1970, the end exclusive; rounded out to the store's buckets. */
export interface TimeWindow {
  readonly startMs: number;
  readonly endMs: number;
}

export interface EdgeRow {
  readonly parent: string;
  readonly child: string;
  readonly kind: EdgeKind;
  readonly callCount: number;
  readonly errorCount: number;
  readonly durations: readonly BucketCount[];
}

/** Rate, errors and durations of one operation in one bucket of time. */
export interface OperationRow {
  readonly startMs: number;
  readonly service: string;
  readonly operation: string;
  readonly kind: SpanKind;
  readonly callCount: number;
  readonly errorCount: number;
  readonly durations: readonly BucketCount[];
}

/** Buckets of `operationRows` are this long and start at its multiples. */
export const BUCKET_MS = 10_000;

export interface AttributeCount {
  readonly text: string;
  readonly spanCount: number;
}

export interface AttributeCounts {
  /** Most frequent first, then by text. */
  readonly counts: readonly AttributeCount[];
  /** Whether none was left out for being one of too many. */
  readonly isComplete: boolean;
}

export interface StoreFile {
  readonly name: string;
  readonly sizeBytes: number;
}

export interface StoreStatistics {
  readonly engine: string;
  readonly spanCount: number;
  readonly traceCount: number;
  readonly duplicateCount: number;
  readonly evictedSpanCount: number;
  /** Batches given up because storing them failed for what they are: a defect of the store. */
  readonly unstorableCount: number;
  /** Spans that were accepted and lost because what stored them failed. */
  readonly lostSpanCount: number;
  /** Accepted and not yet durable. */
  readonly queueBytes: number;
  /** Age of the oldest batch in the queue. */
  readonly lagMs: number;
  readonly memoryBytes: number;
  readonly diskBytes: number;
  readonly oldestStartMs: number | undefined;
  readonly files: readonly StoreFile[];
  /** Files that could not be read at start and were renamed. */
  readonly setAside: readonly string[];
}

/** The store cannot take or answer this now; the same request may succeed later. */
export class StoreUnavailable extends Error {
  readonly code = 'StoreUnavailable';
  readonly reason: 'overloaded' | 'disk-full' | 'restarting' | 'closed' | 'too-slow' | 'damaged';

  constructor(reason: StoreUnavailable['reason'], options?: ErrorOptions) {
    super(WORDS[reason], options);
    this.reason = reason;
  }
}

const WORDS = {
  overloaded: 'more spans came than can be stored; send again later',
  'disk-full': 'the disk is full; send again later',
  restarting: 'storing failed and is being started again; send again later',
  closed: 'the store is closing',
  damaged: 'a damaged file is being set aside; ask again',
  'too-slow': 'the query took too long and was stopped; ask for less',
} as const;

/**
 * Keeps spans and finds traces. Every implementation passes the same suite, `test/store-contract.ts`.
 *
 * Writing. `write` takes ownership of the batch, returns at once, and throws StoreUnavailable when it will not take it;
 * the queue behind it is bounded in bytes. `durable` settles when the spans survive a killed process, and until then
 * they may be lost in one; it rejects with StoreUnavailable if they were. A span is stored once however often it is
 * sent with the same content (resource and scope included); one that reuses a span id with other content is another
 * span. What is durable is also found.
 *
 * Room. The store forgets whole traces, oldest first, to stay within its bytes, and never a part of one: with a trace go
 * its services, operations, attribute names and its share of edges and statistics once nothing else holds them.
 *
 * Reading. Readers never wait for the writer. A trace matches a query when one of its spans meets the whole condition
 * and lies in the time window; the whole trace is the answer. Pages are in exact order of the sort value, ties by trace
 * id ascending, over the whole store; a trace that does not change is told once as pages follow one another.
 */
export interface TraceStore {
  write(batch: TraceBatch): { readonly durable: Promise<void> };
  search(query: TraceQuery): Promise<SearchPage>;
  /** All spans of the trace (32 hex digits), in no particular order; undefined when there are none. */
  trace(traceId: string): Promise<TraceBatch | undefined>;
  /** Several at once, in the order asked for. */
  traces(traceIds: readonly string[]): Promise<readonly (TraceBatch | undefined)[]>;
  /** Sorted. */
  services(): Promise<readonly string[]>;
  /** Sorted by name, then kind. */
  operations(service: string): Promise<readonly OperationName[]>;
  /** Attribute keys of spans and resources that begin with `prefix`. */
  attributeKeys(prefix: string, limit: number): Promise<AttributeCounts>;
  /** Values of one key that begin with `prefix`. */
  attributeValues(key: string, prefix: string, limit: number): Promise<AttributeCounts>;
  /** Sorted by parent, child, kind; the child's start decides its time. */
  edges(window: TimeWindow): Promise<readonly EdgeRow[]>;
  /** By time, then service, operation, kind; the span's start decides its time. */
  operationRows(window: TimeWindow): Promise<readonly OperationRow[]>;
  statistics(): Promise<StoreStatistics>;
  /** Calls the listener with the ids of traces that became durable or grew, until the returned function is called. */
  onChange(listener: (traceIds: readonly string[]) => void): () => void;
  /** Writes what was accepted, then lets go of every file and thread. */
  close(): Promise<void>;
}
