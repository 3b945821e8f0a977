import { MalformedPayload } from './malformed-payload.ts';
import { ProtobufCursor } from './protobuf-cursor.ts';
import { COLUMNS, RESOURCE_AT, SCOPE_AT, SPAN_AT, SPAN_LENGTH, type TraceBatch } from './trace-batch.ts';

/** Why a span is refused while the rest of its request is kept. */
export type SpanFault =
  | 'trace id is not 16 non-zero bytes'
  | 'span id is not 8 non-zero bytes'
  | 'parent span id is not 8 bytes'
  | 'text is not UTF-8'
  | 'time is beyond the year 2262'
  | 'too many attributes, events or links'
  | 'too many values in arrays';

/** What is odd about a span that is kept. */
export type SpanOddity = 'span ends before it starts' | 'resource has no service.name' | 'span has no name';

/** A payload whose every byte was looked at: what of it may be stored, and what its sender should hear. */
export interface CheckedTraces {
  readonly batch: TraceBatch;
  readonly refused: ReadonlyMap<SpanFault, number>;
  readonly odd: ReadonlyMap<SpanOddity, number>;
}

/** Nested values beyond this are refused: each level costs every later reader a stack frame. */
const MAX_DEPTH = 32;
/** Attributes, events and links of one span together; the SDKs' own limits are 128 of each. */
const MAX_PARTS = 4096;
/** Values in arrays of one span together: each costs its reader far more than the two bytes that it may be. */
const MAX_ELEMENTS = 65_536;
/** 2^63 nanoseconds; the high word of a time must stay below. */
const MAX_TIME_HIGH = 0x80000000;

/**
 * Walks a TracesData message (ExportTraceServiceRequest has the same fields) once, without decoding it. Throws
 * MalformedPayload when the bytes are not that message; single bad spans are left out of the table and counted.
 */
export function checkTraces(bytes: Uint8Array): CheckedTraces {
  return new TracesCheck(bytes).run();
}

class TracesCheck {
  readonly #bytes: Uint8Array;
  readonly #cursor: ProtobufCursor;
  readonly #refused = new Map<SpanFault, number>();
  readonly #odd = new Map<SpanOddity, number>();
  #table = new Int32Array(64 * COLUMNS);
  #size = 0;
  /** Facts of the span, resource or scope under the cursor. */
  #fault: SpanFault | undefined;
  #parts = 0;
  #elements = 0;
  #hasServiceName = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#cursor = new ProtobufCursor(bytes);
  }

  run(): CheckedTraces {
    const cursor = this.#cursor;
    while (cursor.next()) {
      if (cursor.field === 1) this.#resourceSpans();
      else cursor.skip();
    }
    const table = this.#table.slice(0, this.#size);
    return { batch: { bytes: this.#bytes, table }, refused: this.#refused, odd: this.#odd };
  }

  // The resource may follow its spans, so their rows are completed when all fields were seen.
  #resourceSpans(): void {
    const cursor = this.#cursor;
    const outer = cursor.enter();
    const first = this.#size;
    let [at, length] = [0, 0];
    let fault: SpanFault | undefined;
    this.#hasServiceName = false;
    while (cursor.next()) {
      if (cursor.field === 1) {
        [at, length] = this.#holder(RESOURCE);
        fault = this.#fault;
      } else if (cursor.field === 2) this.#scopeSpans();
      else cursor.skip();
    }
    cursor.leave(outer);
    if (fault !== undefined) {
      this.#refuseRows(first, fault);
      return;
    }
    if (!this.#sawServiceName() && this.#size > first) {
      this.#note('resource has no service.name', (this.#size - first) / COLUMNS);
    }
    this.#fill(first, RESOURCE_AT, [at, length]);
  }

  #scopeSpans(): void {
    const cursor = this.#cursor;
    const outer = cursor.enter();
    const first = this.#size;
    let [at, length] = [0, 0];
    let fault: SpanFault | undefined;
    while (cursor.next()) {
      if (cursor.field === 1) {
        const hadServiceName = this.#hasServiceName;
        [at, length] = this.#holder(SCOPE);
        this.#hasServiceName = hadServiceName;
        fault = this.#fault;
      } else if (cursor.field === 2) this.#span();
      else cursor.skip();
    }
    cursor.leave(outer);
    if (fault !== undefined) this.#refuseRows(first, fault);
    else this.#fill(first, SCOPE_AT, [at, length]);
  }

  /** Checks a resource or scope: a message of attributes and texts. Returns where it lies. */
  #holder(shape: typeof RESOURCE | typeof SCOPE): [number, number] {
    const cursor = this.#cursor;
    const outer = cursor.enter();
    const at = cursor.at;
    this.#fault = undefined;
    this.#parts = this.#elements = 0;
    while (cursor.next()) {
      if (cursor.field === shape.attributes) this.#attribute(0);
      else if (cursor.field === shape.count) cursor.count();
      else if (cursor.field <= shape.lastText) this.#text();
      else cursor.skip();
    }
    const length = cursor.at - at;
    cursor.leave(outer);
    return [at, length];
  }

  #span(): void {
    const cursor = this.#cursor;
    const outer = cursor.enter();
    const at = cursor.at;
    const length = cursor.end - at;
    this.#fault = undefined;
    this.#parts = this.#elements = 0;
    const seen = { hasTraceId: false, hasSpanId: false, hasName: false, startAt: -1, endAt: -1 };
    const hadServiceName = this.#hasServiceName;
    while (cursor.next()) this.#spanField(seen);
    this.#hasServiceName = hadServiceName;
    cursor.leave(outer);
    if (!seen.hasSpanId) this.#fault ??= 'span id is not 8 non-zero bytes';
    if (!seen.hasTraceId) this.#fault ??= 'trace id is not 16 non-zero bytes';
    const fault = this.#faultSoFar();
    if (fault !== undefined) {
      this.#refuse(fault, 1);
      return;
    }
    if (!seen.hasName) this.#note('span has no name', 1);
    if (this.#endsEarly(seen.startAt, seen.endAt)) this.#note('span ends before it starts', 1);
    this.#push(at, length);
  }

  #spanField(seen: SeenFields): void {
    const cursor = this.#cursor;
    switch (cursor.field) {
      case 1:
        seen.hasTraceId = this.#id(16);
        return;
      case 2:
        seen.hasSpanId = this.#id(8);
        return;
      case 4:
        this.#parentId();
        return;
      case 3:
        this.#text();
        return;
      case 5:
        seen.hasName = this.#text() > 0;
        return;
      case 7:
        seen.startAt = this.#time();
        return;
      case 8:
        seen.endAt = this.#time();
        return;
      case 9:
        this.#attribute(0);
        return;
      default:
        this.#rareSpanField();
    }
  }

  #rareSpanField(): void {
    const cursor = this.#cursor;
    switch (cursor.field) {
      case 6:
      case 10:
      case 12:
      case 14:
        cursor.count();
        return;
      case 11:
        this.#eventOrLink(EVENT);
        return;
      case 13:
        this.#eventOrLink(LINK);
        return;
      case 15:
        this.#status();
        return;
      case 16:
        cursor.fixed32();
        return;
      default:
        cursor.skip();
    }
  }

  #eventOrLink(shape: typeof EVENT | typeof LINK): void {
    const cursor = this.#cursor;
    this.#countPart();
    const outer = cursor.enter();
    while (cursor.next()) {
      if (cursor.field === shape.attributes) this.#attribute(0);
      else if (cursor.field === shape.text) this.#text();
      else if (cursor.field === shape.time) this.#time();
      else if (cursor.field === shape.count) cursor.count();
      else if (cursor.field === shape.flags) cursor.fixed32();
      else cursor.skip();
    }
    cursor.leave(outer);
  }

  #status(): void {
    const cursor = this.#cursor;
    const outer = cursor.enter();
    while (cursor.next()) {
      if (cursor.field === 2) this.#text();
      else if (cursor.field === 3) cursor.count();
      else cursor.skip();
    }
    cursor.leave(outer);
  }

  #attribute(depth: number): void {
    const cursor = this.#cursor;
    this.#countPart();
    const outer = cursor.enter();
    while (cursor.next()) {
      if (cursor.field === 1) this.#key(depth);
      else if (cursor.field === 2) this.#value(depth);
      else cursor.skip();
    }
    cursor.leave(outer);
  }

  #key(depth: number): void {
    const cursor = this.#cursor;
    const length = this.#text();
    if (depth > 0 || length !== SERVICE_NAME.length) return;
    if (SERVICE_NAME.compare(cursor.bytes, cursor.at - length, cursor.at) === 0) this.#hasServiceName = true;
  }

  #value(depth: number): void {
    if (depth > MAX_DEPTH) throw new MalformedPayload(`attribute values nest deeper than ${MAX_DEPTH}`);
    const cursor = this.#cursor;
    const outer = cursor.enter();
    while (cursor.next()) {
      if (cursor.field === 1) this.#text();
      else if (cursor.field === 2 || cursor.field === 3) cursor.count();
      else if (cursor.field === 4) cursor.double();
      else if (cursor.field === 5 || cursor.field === 6) this.#list(depth, cursor.field);
      else if (cursor.field === 7) cursor.skipBytes();
      else cursor.skip();
    }
    cursor.leave(outer);
  }

  #list(depth: number, field: number): void {
    const cursor = this.#cursor;
    const outer = cursor.enter();
    while (cursor.next()) {
      if (cursor.field !== 1) cursor.skip();
      else if (field === 5) this.#element(depth + 1);
      else this.#attribute(depth + 1);
    }
    cursor.leave(outer);
  }

  #element(depth: number): void {
    this.#elements++;
    if (this.#elements > MAX_ELEMENTS) this.#fault ??= 'too many values in arrays';
    this.#value(depth);
  }

  /** Passes over a text and returns its length. */
  #text(): number {
    const cursor = this.#cursor;
    const length = cursor.skipText();
    if (length < 0) this.#fault ??= 'text is not UTF-8';
    return length;
  }

  /** Passes over an id; true when it has that length and is not all zeros. */
  #id(expected: number): boolean {
    const cursor = this.#cursor;
    const length = cursor.length();
    const from = cursor.at;
    cursor.at += length;
    if (length !== expected) return false;
    for (let at = from; at < cursor.at; at++) if (cursor.bytes[at] !== 0) return true;
    return false;
  }

  #parentId(): void {
    const cursor = this.#cursor;
    const length = cursor.length();
    cursor.at += length;
    if (length !== 8 && length !== 0) this.#fault ??= 'parent span id is not 8 bytes';
  }

  #time(): number {
    const cursor = this.#cursor;
    cursor.double();
    const at = cursor.at - 8;
    if (cursor.bytes.readUInt32LE(at + 4) >= MAX_TIME_HIGH) this.#fault ??= 'time is beyond the year 2262';
    return at;
  }

  #endsEarly(startAt: number, endAt: number): boolean {
    const { bytes } = this.#cursor;
    const start = startAt < 0 ? 0n : bytes.readBigUInt64LE(startAt);
    return start > (endAt < 0 ? 0n : bytes.readBigUInt64LE(endAt));
  }

  #countPart(): void {
    this.#parts++;
    if (this.#parts > MAX_PARTS) this.#fault ??= 'too many attributes, events or links';
  }

  // The compiler does not see that the calls in between set these two.
  #faultSoFar(): SpanFault | undefined {
    return this.#fault;
  }

  #sawServiceName(): boolean {
    return this.#hasServiceName;
  }

  #push(at: number, length: number): void {
    if (this.#size === this.#table.length) {
      const larger = new Int32Array(this.#table.length * 2);
      larger.set(this.#table);
      this.#table = larger;
    }
    this.#table[this.#size + SPAN_AT] = at;
    this.#table[this.#size + SPAN_LENGTH] = length;
    this.#size += COLUMNS;
  }

  #fill(first: number, column: number, [at, length]: readonly [number, number]): void {
    for (let row = first; row < this.#size; row += COLUMNS) {
      this.#table[row + column] = at;
      this.#table[row + column + 1] = length;
    }
  }

  #refuseRows(first: number, fault: SpanFault): void {
    this.#refuse(fault, (this.#size - first) / COLUMNS);
    this.#size = first;
  }

  #refuse(fault: SpanFault, count: number): void {
    if (count > 0) this.#refused.set(fault, (this.#refused.get(fault) ?? 0) + count);
  }

  #note(oddity: SpanOddity, count: number): void {
    this.#odd.set(oddity, (this.#odd.get(oddity) ?? 0) + count);
  }
}

interface SeenFields {
  hasTraceId: boolean;
  hasSpanId: boolean;
  hasName: boolean;
  startAt: number;
  endAt: number;
}

const SERVICE_NAME = Buffer.from('service.name');
const RESOURCE = { attributes: 1, count: 2, lastText: 0 } as const;
const SCOPE = { attributes: 3, count: 4, lastText: 2 } as const;
const EVENT = { time: 1, text: 2, attributes: 3, count: 4, flags: -1 } as const;
const LINK = { time: -1, text: 3, attributes: 4, count: 5, flags: 6 } as const;
