import { EMPTY_SPAN_NAME, PEER_ATTRIBUTES, textOf } from '@tracelab/trace-model';

import { readValue } from '../../otlp/decode-span.ts';
import { ProtobufCursor } from '../../otlp/protobuf-cursor.ts';
import { COLUMNS, SPAN_AT, SPAN_LENGTH, type TraceBatch } from '../../otlp/trace-batch.ts';
import { ATTRIBUTE, KEY_END, TermHash, TermList } from './term.ts';
import type { SpanFacts } from './trace-state.ts';

const STATUS_ERROR = 2;

/** The hash of each peer attribute's key, so that the walk recognises it without making a string of every key. */
const PEER_KEYS = new Map(
  Object.values(PEER_ATTRIBUTES)
    .flat()
    .map(key => {
      const hash = new TermHash();
      hash.reset();
      hash.ascii(key);
      return [hash.high, key];
    }),
);

/**
 * Reads from an encoded span what the index and the aggregates need, and nothing else: no attribute becomes a string,
 * its term is hashed from the bytes. One indexer is used for all spans of a thread; its members describe the last one.
 */
export class SpanIndexer {
  readonly terms = new TermList();
  traceId = '';
  spanId = '';
  parentSpanId = '';
  name = '';
  kind = 0;
  isError = false;
  startNs = 0n;
  durationNs = 0;
  endNs = 0n;
  /** Attributes that name a peer; only filled for kinds that have one. */
  readonly peers = new Map<string, string>();
  readonly #hash = new TermHash();
  #batch: TraceBatch | undefined;
  #cursor = new ProtobufCursor(EMPTY);
  #keyHash = 0;
  #keySumHigh = 0;
  #keySumLow = 0;

  /** A sum over all attribute keys: the same for the same keys in any order. 53 bits. */
  get keySetHash(): number {
    return (this.#keySumHigh >>> 0) * 2 ** 21 + (this.#keySumLow >>> 11);
  }

  useBatch(batch: TraceBatch): void {
    if (batch === this.#batch) return;
    this.#batch = batch;
    this.#cursor = new ProtobufCursor(batch.bytes);
  }

  /** Reads only the trace id, as 16 characters of one byte each. */
  traceIdOf(batch: TraceBatch, row: number): string {
    const cursor = this.#at(batch, row);
    while (cursor.next()) {
      if (cursor.field === 1) return latin1(cursor);
      cursor.skip();
    }
    return '';
  }

  /** Terms of attributes are in `terms` afterwards; the caller adds those that need a dictionary. */
  read(batch: TraceBatch, row: number): void {
    const cursor = this.#at(batch, row);
    this.terms.reset();
    this.peers.clear();
    this.traceId = this.spanId = this.parentSpanId = this.name = '';
    this.kind = this.#keySumHigh = this.#keySumLow = 0;
    this.isError = false;
    this.startNs = this.endNs = 0n;
    while (cursor.next()) this.#field(cursor);
    if (this.name === '') this.name = EMPTY_SPAN_NAME;
    this.durationNs = this.endNs > this.startNs ? Number(this.endNs - this.startNs) : 0;
  }

  #at({ table }: TraceBatch, row: number): ProtobufCursor {
    const at = table[row * COLUMNS + SPAN_AT] as number;
    this.#cursor.moveTo(at, at + (table[row * COLUMNS + SPAN_LENGTH] as number));
    return this.#cursor;
  }

  #field(cursor: ProtobufCursor): void {
    switch (cursor.field) {
      case 1:
        this.traceId = latin1(cursor);
        return;
      case 2:
        this.spanId = latin1(cursor);
        return;
      case 4:
        this.parentSpanId = latin1(cursor);
        if (this.parentSpanId === NO_PARENT) this.parentSpanId = '';
        return;
      case 5:
        this.name = cursor.text();
        return;
      case 6:
        this.kind = cursor.count();
        return;
      case 7:
        this.startNs = cursor.fixed64();
        return;
      case 8:
        this.endNs = cursor.fixed64();
        return;
      case 9:
        this.#attribute(cursor);
        return;
      default:
        this.#rareField(cursor);
    }
  }

  #rareField(cursor: ProtobufCursor): void {
    if (cursor.field === 11) this.#attributesIn(cursor, 3);
    else if (cursor.field === 13) this.#attributesIn(cursor, 4);
    else if (cursor.field === 15) this.#status(cursor);
    else cursor.skip();
  }

  #attributesIn(cursor: ProtobufCursor, field: number): void {
    const outer = cursor.enter();
    while (cursor.next()) {
      if (cursor.field === field) this.#attribute(cursor);
      else cursor.skip();
    }
    cursor.leave(outer);
  }

  #status(cursor: ProtobufCursor): void {
    const outer = cursor.enter();
    while (cursor.next()) {
      if (cursor.field === 3) this.isError = cursor.count() === STATUS_ERROR;
      else cursor.skip();
    }
    cursor.leave(outer);
  }

  #attribute(cursor: ProtobufCursor): void {
    const outer = cursor.enter();
    const hash = this.#hash;
    let valueAt = -1;
    hash.reset();
    while (cursor.next()) {
      if (cursor.field === 1) {
        const length = cursor.length();
        hash.bytes(cursor.bytes, cursor.at, cursor.at + length);
        cursor.at += length;
      } else {
        if (cursor.field === 2) valueAt = cursor.at;
        cursor.skip();
      }
    }
    // The key may follow its value, so the value is hashed when both were seen.
    this.#keyHash = hash.high;
    this.#keySumHigh = (this.#keySumHigh + hash.high) | 0;
    this.#keySumLow = (this.#keySumLow + hash.low) | 0;
    hash.byte(KEY_END);
    if (valueAt >= 0) this.#value(cursor, valueAt);
    this.terms.hash(ATTRIBUTE, hash);
    cursor.leave(outer);
  }

  #value(cursor: ProtobufCursor, valueAt: number): void {
    cursor.at = valueAt;
    cursor.wire = 2;
    const outer = cursor.enter();
    const end = cursor.end;
    const isSimple = cursor.next() && cursor.field === 1 && cursor.wire === 2;
    if (isSimple) {
      const length = cursor.length();
      if (cursor.at + length === end) {
        this.#hash.bytes(cursor.bytes, cursor.at, end);
        this.#notePeer(cursor, end);
        cursor.leave(outer);
        return;
      }
    }
    cursor.leave(outer);
    cursor.at = valueAt;
    cursor.wire = 2;
    this.#hash.text(textOf(readValue(cursor)));
  }

  #notePeer(cursor: ProtobufCursor, end: number): void {
    const key = PEER_KEYS.get(this.#keyHash);
    if (key !== undefined && !this.peers.has(key)) this.peers.set(key, cursor.bytes.toString('utf8', cursor.at, end));
  }
}

/** What the indexer read last, with what a span does not say itself. */
export function factsOf(indexer: SpanIndexer, row: number, service: string): SpanFacts {
  const { spanId, parentSpanId, name, kind, startNs, endNs, durationNs, isError } = indexer;
  return { row, spanId, parentSpanId, service, name, kind, startNs, endNs, durationNs, isError };
}

const EMPTY = new Uint8Array(0);
const NO_PARENT = '\0'.repeat(8);

function latin1(cursor: ProtobufCursor): string {
  const length = cursor.length();
  cursor.at += length;
  return cursor.bytes.toString('latin1', cursor.at - length, cursor.at);
}
