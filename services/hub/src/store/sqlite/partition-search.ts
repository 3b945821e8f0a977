import { type Span } from '@tracelab/trace-model';

import { BatchDecoder } from '../../otlp/decode-span.ts';
import { spanPredicate } from '../match-span.ts';
import type { Condition, Sort, TraceQuery } from '../trace-query.ts';
import type { Cursor } from '../trace-store.ts';
import type { PartitionReader, TraceRow } from './partition-reader.ts';
import { BLOCK_SPANS } from './block-size.ts';
import type { ChunkRow } from './stored-trace.ts';
import { type HitsPlan, planOf } from './term-plan.ts';
import type { TopList } from './top-list.ts';

/** A trace that matches, and where its summary is. */
export interface FoundTrace extends Cursor {
  readonly reader: PartitionReader;
  readonly row: number;
}

/** When the index hits more spans than this, most traces match, and walking them in order finds a page sooner. */
const MAX_HITS = 5000;
/** So many spans are looked at rather than asking the index more closely. */
const FEW_HITS = 200;
/** The clock is looked at once in so many steps. */
const STEPS_PER_LOOK = 64;

const COLUMN_OF_SORT: Readonly<Record<Sort, string>> = {
  start: 'start_ns',
  duration: 'duration_ns',
  spans: 'spans',
};

/**
 * Finds the traces of one partition that match a query and offers them to the list. Two ways lead there, and both are
 * exact: following the index's hits, or walking the traces in the order that was asked for and looking at each.
 */
export class PartitionSearch {
  isTruncated = false;
  readonly #reader: PartitionReader;
  readonly #query: TraceQuery;
  readonly #top: TopList<FoundTrace>;
  readonly #deadline: number;
  readonly #accepts: (span: Span) => boolean;
  #steps = 0;

  constructor(reader: PartitionReader, query: TraceQuery, { top, deadline }: SearchProgress) {
    this.#reader = reader;
    this.#query = query;
    this.#top = top;
    this.#deadline = deadline;
    this.#accepts = acceptsOf(query);
  }

  run(): void {
    const { where, traceIds } = this.#query;
    if (traceIds !== undefined) {
      this.#pick(traceIds);
      return;
    }
    const plan = where === undefined ? undefined : planOf(where, this.#reader);
    if (plan?.kind === 'none') return;
    const isExhausted = plan?.kind === 'hits' && this.#follow(plan);
    if (!isExhausted) this.#walk();
  }

  #pick(traceIds: readonly string[]): void {
    for (const traceId of traceIds) {
      const row = this.#reader.traceByTraceId(traceId);
      if (row !== undefined) this.#consider(row);
    }
  }

  /** Follows the hits, latest spans first. False when there are too many of them to be the shorter way. */
  #follow({ expression, core }: HitsPlan): boolean {
    // Alternatives, of a duration above all, cost the index more than looking at a few spans in vain.
    const few = core === undefined ? undefined : this.#reader.someHits(core, FEW_HITS);
    if (few !== undefined) {
      this.#tryHits(few);
      return true;
    }
    if (this.#isNewestFirst()) {
      this.#tryHits(this.#reader.hits(expression), new StartBound(this.#reader));
      return true;
    }
    const hits = this.#reader.someHits(expression, MAX_HITS);
    if (hits === undefined) return false;
    this.#tryHits(hits);
    return true;
  }

  #tryHits(hits: Iterable<number>, bound?: StartBound): void {
    const settled = new Set<number>();
    let chunk: ChunkRow | undefined;
    for (const span of hits) {
      if (this.#isOutOfTime()) return;
      if (bound !== undefined && !this.#top.wantsValue(bound.of(span))) return;
      if (chunk === undefined || span < chunk.first) chunk = this.#reader.chunkOf(span);
      if (chunk === undefined || settled.has(chunk.trace)) continue;
      if (this.#tryHit(chunk, span)) settled.add(chunk.trace);
    }
  }

  /** True when the trace needs no other hit: it was taken, or is not wanted. */
  #tryHit(chunk: ChunkRow, span: number): boolean {
    const row = this.#reader.traceRow(chunk.trace);
    if (row === undefined || !this.#top.wants(this.#placeOf(row))) return true;
    if (!this.#accepts(this.#reader.span(chunk, span - chunk.first))) return false;
    this.#add(row);
    return true;
  }

  #walk(): void {
    const { sort, order, after, startMinNs, startMaxNs, where } = this.#query;
    const column = COLUMN_OF_SORT[sort];
    const conditions = ['start_ns <= ?', 'end_ns >= ?'];
    const bounds = [storable(startMaxNs ?? MAX_NS), storable(startMinNs ?? 0n)];
    if (where !== undefined && asksForError(where)) conditions.push('errors > 0');
    if (after !== undefined) {
      conditions.push(`${column} ${order === 'desc' ? '<=' : '>='} ?`);
      bounds.push(storable(after.value));
    }
    const sql = `WHERE ${conditions.join(' AND ')} ORDER BY ${column} ${order.toUpperCase()}, trace_id ASC`;
    for (const row of this.#reader.walk(sql, bounds)) {
      if (this.#isOutOfTime() || !this.#top.wantsValue(this.#placeOf(row).value)) return;
      this.#consider(row);
    }
  }

  #consider(row: TraceRow): void {
    if (!this.#top.wants(this.#placeOf(row))) return;
    if (this.#isEveryTrace() || this.#hasMatch(row.id)) this.#add(row);
  }

  #hasMatch(trace: number): boolean {
    const decoder = new BatchDecoder(this.#reader.batch(trace));
    for (let row = 0; row < decoder.length; row++) if (this.#accepts(decoder.span(row))) return true;
    return false;
  }

  #isEveryTrace(): boolean {
    const { where, startMinNs, startMaxNs } = this.#query;
    return where === undefined && startMinNs === undefined && startMaxNs === undefined;
  }

  #isNewestFirst(): boolean {
    return this.#query.sort === 'start' && this.#query.order === 'desc';
  }

  #placeOf({ traceId, startNs, durationNs, spanCount }: TraceRow): Cursor {
    const values: Readonly<Record<Sort, bigint>> = { start: startNs, duration: durationNs, spans: spanCount };
    return { traceId, value: values[this.#query.sort] };
  }

  #add(row: TraceRow): void {
    this.#top.add({ ...this.#placeOf(row), reader: this.#reader, row: row.id });
  }

  #isOutOfTime(): boolean {
    if (++this.#steps % STEPS_PER_LOOK !== 0 || performance.now() < this.#deadline) return false;
    this.isTruncated = true;
    return true;
  }
}

/** Whether a span must have failed to meet the condition, so that traces without a failure need no look. */
function asksForError(condition: Condition): boolean {
  if (condition.op === 'and') return condition.of.some(asksForError);
  if (condition.op !== 'compare' || condition.comparison !== 'eq' || !('field' in condition.operand)) return false;
  return condition.operand.field === 'status' && condition.value === 'error';
}

export interface SearchProgress {
  readonly top: TopList<FoundTrace>;
  /** By `performance.now`. */
  readonly deadline: number;
}

const MAX_NS = 2n ** 63n - 1n;

/** SQLite's integers end where questions may go on: Go's zero time is before the first of them. */
function storable(value: bigint): bigint {
  if (value > MAX_NS) return MAX_NS;
  return value < -MAX_NS ? -MAX_NS : value;
}

function acceptsOf({ where, startMinNs = 0n, startMaxNs = MAX_NS }: TraceQuery): (span: Span) => boolean {
  const isInTime = ({ startNs }: Span) => startNs >= startMinNs && startNs <= startMaxNs;
  if (where === undefined) return isInTime;
  const matches = spanPredicate(where);
  return span => isInTime(span) && matches(span);
}

/**
 * The latest start that any trace with a span at or before some row can have. Spans are stored about in order of their
 * starts, so a search for the newest is over long before the oldest hit; one clock far ahead only makes it look longer.
 */
class StartBound {
  readonly #latest = new Map<number, bigint>();

  constructor(reader: PartitionReader) {
    let latest = 0n;
    for (const { id, startMaxNs } of reader.blocks()) {
      if (startMaxNs > latest) latest = startMaxNs;
      this.#latest.set(id, latest);
    }
  }

  of(span: number): bigint {
    return this.#latest.get(Math.floor(span / BLOCK_SPANS)) ?? MAX_NS;
  }
}
