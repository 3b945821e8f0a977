import { EncodedText } from '@tracelab/trace-model';
import { isUtf8 } from 'node:buffer';

import { KnownTexts } from './known-texts.ts';
import { MalformedPayload } from './malformed-payload.ts';

const TEXTS = new KnownTexts('utf8', 32);
const IDS = new KnownTexts('hex', 16);

export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
export const FIXED32 = 5;

/**
 * Reads protobuf in place: fields are visited, not copied. Every read is checked against `end`, so a length that lies
 * throws MalformedPayload instead of reading on. Nested messages share one cursor: `enter` narrows `end`, `leave`
 * restores it, which costs no allocation per message.
 */
export class ProtobufCursor {
  readonly bytes: Buffer;
  /** Whether a value that is text stays bytes until someone reads it. */
  keepsText = false;
  readonly #view: DataView;
  at: number;
  end: number;
  /** Of the tag that `next` read. */
  field = 0;
  wire = 0;

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = at;
    this.end = end;
  }

  /** To another message in the same bytes. */
  moveTo(at: number, end: number): void {
    this.at = at;
    this.end = end;
  }

  /** Moves to the next field; false at the end of the message. */
  next(): boolean {
    if (this.at >= this.end) return false;
    const tag = this.uint32();
    this.field = tag >>> 3;
    this.wire = tag & 7;
    if (this.field === 0) throw new MalformedPayload('field number 0');
    return true;
  }

  /** Steps into a length-delimited field and returns what `leave` needs. */
  enter(): number {
    const length = this.length();
    const outer = this.end;
    this.end = this.at + length;
    return outer;
  }

  leave(outer: number): void {
    this.at = this.end;
    this.end = outer;
  }

  /** The checked length of the field that begins here; the cursor then stands at its first byte. */
  length(): number {
    if (this.wire !== BYTES) throw new MalformedPayload(`field ${this.field} has wire type ${this.wire}`);
    const length = this.uint32();
    if (length > this.end - this.at) throw new MalformedPayload(`field ${this.field} is longer than its message`);
    return length;
  }

  skip(): void {
    switch (this.wire) {
      case VARINT:
        this.#skipVarint();
        return;
      case FIXED64:
        this.#advance(8);
        return;
      case BYTES:
        this.skipBytes();
        return;
      case FIXED32:
        this.#advance(4);
        return;
      default:
        throw new MalformedPayload(`field ${this.field} has wire type ${this.wire}`);
    }
  }

  /** Passes over a length-delimited field. */
  skipBytes(): void {
    const length = this.length();
    this.at += length;
  }

  /** Passes over a string field and returns its length in bytes; -1 when they are not UTF-8. */
  skipText(): number {
    const length = this.length();
    const { bytes, at: from } = this;
    const end = from + length;
    this.at = end;
    // Nearly all text in telemetry is ASCII, for which this loop beats a call out of JavaScript.
    for (let at = from; at < end; at++) {
      if ((bytes[at] as number) >= 0x80) return isUtf8(bytes.subarray(from, end)) ? length : -1;
    }
    return length;
  }

  text(): string {
    return this.#known(TEXTS);
  }

  /** For text that may be passed on only. */
  textValue(): { readonly type: 'string'; readonly value: string } {
    if (!this.keepsText) return { type: 'string', value: this.text() };
    const length = this.length();
    const from = this.at;
    this.at = from + length;
    return new EncodedText(this.bytes, from, this.at);
  }

  hex(): string {
    return this.#known(IDS);
  }

  #known(texts: KnownTexts): string {
    const length = this.length();
    const from = this.at;
    this.at = from + length;
    return texts.text(this.bytes, from, this.at);
  }

  copy(): Uint8Array {
    const length = this.length();
    const from = this.at;
    this.at = from + length;
    return Uint8Array.prototype.slice.call(this.bytes, from, this.at);
  }

  fixed64(): bigint {
    this.#expect(FIXED64);
    this.#advance(8);
    return this.#view.getBigUint64(this.at - 8, true);
  }

  double(): number {
    this.#expect(FIXED64);
    this.#advance(8);
    return this.#view.getFloat64(this.at - 8, true);
  }

  fixed32(): number {
    this.#expect(FIXED32);
    this.#advance(4);
    return this.#view.getUint32(this.at - 4, true);
  }

  bool(): boolean {
    return this.int64() !== 0n;
  }

  /** An unsigned varint's low 32 bits, for enums and counts. */
  count(): number {
    this.#expect(VARINT);
    return this.uint32();
  }

  int64(): bigint {
    this.#expect(VARINT);
    const small = this.bytes[this.at];
    if (small !== undefined && small < 0x80 && this.at < this.end) {
      this.at++;
      return BigInt(small);
    }
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, value);
    }
    throw new MalformedPayload('a varint of more than ten bytes');
  }

  uint32(): number {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.#byte();
      if (shift < 32) value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new MalformedPayload('a varint of more than ten bytes');
  }

  #byte(): number {
    if (this.at >= this.end) throw new MalformedPayload('the message ends inside a field');
    return this.bytes[this.at++] as number;
  }

  #skipVarint(): void {
    for (let count = 0; count < 10; count++) if (this.#byte() < 0x80) return;
    throw new MalformedPayload('a varint of more than ten bytes');
  }

  #advance(count: number): void {
    if (count > this.end - this.at) throw new MalformedPayload('the message ends inside a field');
    this.at += count;
  }

  #expect(wire: number): void {
    if (this.wire !== wire) throw new MalformedPayload(`field ${this.field} has wire type ${this.wire}`);
  }
}
