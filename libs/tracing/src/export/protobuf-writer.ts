import type { HrTime } from '@opentelemetry/api';

const START_BYTES = 64 * 1024;
/** One batch of long stack traces must not hold its memory for ever. */
const KEPT_BYTES = 2 * 1024 * 1024;

/**
 * Writes protobuf into a buffer of its own that it uses again and again. Fields are written in order, the length of a message after
 * its content: `open` leaves room for it, `close` fills it in.
 */
export class ProtobufWriter {
  #bytes = Buffer.allocUnsafeSlow(START_BYTES);
  #at = 0;
  #second = NaN;
  #secondLow = 0;
  #secondHigh = 0;

  get position(): number {
    return this.#at;
  }

  /** A copy of what was written after `position`. */
  since(position: number): Uint8Array {
    return Buffer.copyBytesFrom(this.#bytes, position, this.#at - position);
  }

  /** What is written into. Longer text goes on in another one, which begins with all that was written so far. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  /** Begins anew, whatever was written. */
  clear(): void {
    this.#at = 0;
  }

  /** Leaves the bytes to whoever has them if fewer than `room` are free, or if they have grown, and begins anew in others. */
  leaveUnlessFree(room: number): void {
    if (this.#bytes.length === START_BYTES && START_BYTES - this.#at >= room) return;
    this.#bytes = Buffer.allocUnsafeSlow(START_BYTES);
    this.#at = 0;
  }

  /** Takes back what was written after `position`: a copy of it. */
  takeBack(position: number): Uint8Array {
    const taken = this.since(position);
    this.#at = position;
    return taken;
  }

  /** Writes the bytes of `source` from `start` to `end` as they are. */
  copyFrom(source: Buffer, start: number, end: number): void {
    this.#reserve(end - start);
    this.#at += source.copy(this.#bytes, this.#at, start, end);
  }

  /** A copy of everything written, since the receiver may keep it; then the writer begins anew. */
  take(): Uint8Array {
    const taken = this.takeBack(0);
    if (this.#bytes.length > KEPT_BYTES) this.#bytes = Buffer.allocUnsafeSlow(START_BYTES);
    return taken;
  }

  /** A tag, or any number below 128. */
  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#at++] = value;
  }

  /** A whole number of up to 64 bits; a negative one as its two's complement, as protobuf's int64 is. */
  varint(value: number): void {
    this.#reserve(10);
    if (value >= 0 && value < 128) {
      this.#bytes[this.#at++] = value;
      return;
    }
    let low = value >>> 0;
    let high = Math.floor(value / 2 ** 32) >>> 0;
    while (high > 0 || low > 127) {
      this.#bytes[this.#at++] = (low & 127) | 128;
      low = ((low >>> 7) | (high << 25)) >>> 0;
      high >>>= 7;
    }
    this.#bytes[this.#at++] = low;
  }

  fixed32(value: number): void {
    this.#reserve(4);
    const bytes = this.#bytes;
    const at = this.#at;
    bytes[at] = value;
    bytes[at + 1] = value >>> 8;
    bytes[at + 2] = value >>> 16;
    bytes[at + 3] = value >>> 24;
    this.#at = at + 4;
  }

  double(value: number): void {
    this.#reserve(8);
    this.#at = this.#bytes.writeDoubleLE(value, this.#at);
  }

  /** Nanoseconds since 1970 as fixed64. They are more than a number holds exactly, so the halves are kept apart: those of a second for all of its spans. */
  time([seconds, nanos]: HrTime): void {
    if (seconds !== this.#second) this.#beginSecond(seconds);
    const low = this.#secondLow + nanos;
    this.fixed32(low);
    this.fixed32(low < 2 ** 32 ? this.#secondHigh : this.#secondHigh + 1);
  }

  /** The bytes that `text` spells in hexadecimal, with their length before them. */
  hex(text: string): void {
    const length = text.length >>> 1;
    this.#reserve(length + 1);
    const bytes = this.#bytes;
    let at = this.#at;
    bytes[at++] = length;
    for (let i = 0; i < text.length; i += 2)
      bytes[at++] = (nibble(text.charCodeAt(i)) << 4) | nibble(text.charCodeAt(i + 1));
    this.#at = at;
  }

  /** `text` as UTF-8, with its length before it. */
  string(text: string): void {
    const { length } = text;
    if (length > 127) {
      this.#longString(text);
      return;
    }
    this.#reserve(length + 1);
    const bytes = this.#bytes;
    let at = this.#at;
    bytes[at++] = length;
    // Nearly all text is short and ASCII, and a loop is done before a call into the runtime has begun.
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code > 127) {
        this.#longString(text);
        return;
      }
      bytes[at++] = code;
    }
    this.#at = at;
  }

  /** The field `number` with `text` in it, unless there is none. */
  text(number: number, text: string | undefined): void {
    if (text === undefined || text === '') return;
    this.byte((number << 3) | 2);
    this.string(text);
  }

  /** Bytes as they are. */
  raw(bytes: Uint8Array): void {
    const { length } = bytes;
    this.#reserve(length);
    const target = this.#bytes;
    const at = this.#at;
    if (length > 64) target.set(bytes, at);
    else for (let i = 0; i < length; i++) target[at + i] = bytes[i] ?? 0;
    this.#at = at + length;
  }

  /** Begins a message whose length will take `lengthBytes`, if the guess is right. Returns where, for `close`. */
  open(lengthBytes: 1 | 2): number {
    this.#reserve(lengthBytes);
    this.#at += lengthBytes;
    return this.#at;
  }

  close(start: number, lengthBytes: 1 | 2): void {
    const end = this.#at;
    const length = end - start;
    const needed = length < 2 ** 7 ? 1 : length < 2 ** 14 ? 2 : length < 2 ** 21 ? 3 : length < 2 ** 28 ? 4 : 5;
    if (needed !== lengthBytes) {
      this.#reserve(needed);
      this.#bytes.copyWithin(start - lengthBytes + needed, start, end);
    }
    this.#at = start - lengthBytes;
    this.varint(length);
    this.#at += length;
  }

  #beginSecond(seconds: number): void {
    const lower = (seconds & 0xffff) * 1e9;
    const upper = Math.floor(seconds / 2 ** 16) * 1e9;
    const low = (lower >>> 0) + (upper & 0xffff) * 2 ** 16;
    this.#second = seconds;
    this.#secondLow = low >>> 0;
    this.#secondHigh = Math.floor(lower / 2 ** 32) + Math.floor(upper / 2 ** 16) + Math.floor(low / 2 ** 32);
  }

  #longString(text: string): void {
    const length = Buffer.byteLength(text);
    this.varint(length);
    this.#reserve(length);
    this.#at += this.#bytes.write(text, this.#at);
  }

  #reserve(size: number): void {
    if (this.#at + size > this.#bytes.length) this.#grow(size);
  }

  #grow(size: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.#at + size));
    // All of it: what `close` writes the length of stands behind the position.
    this.#bytes.copy(larger);
    this.#bytes = larger;
  }
}

// Digits are 48 to 57 and end in their value; letters of both cases are above 64 and end in nine less than theirs.
// Without a branch, since the processor could not guess what comes next.
function nibble(code: number): number {
  return (code & 15) + (code >>> 6) * 9;
}
