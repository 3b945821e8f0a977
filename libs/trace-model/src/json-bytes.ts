import { EncodedText } from './attribute-value.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const FIRST_BEYOND_ASCII = 0x80;
/** Bytes that one UTF-16 unit may become. */
const MAX_UTF8 = 3;
const FIRST_SIZE = 4096;

/** Writes JSON as UTF-8 bytes, piece by piece: no string is made of what is only passed on. */
export class JsonBytes {
  #bytes: Uint8Array<ArrayBuffer>;
  #at = 0;
  /** The last byte of what was taken. */
  #taken = 0;
  readonly #encoder = new TextEncoder();

  /** Room for as many bytes as will probably be written; more is made when they are not enough. */
  constructor(sizeBytes = FIRST_SIZE) {
    this.#bytes = new Uint8Array(sizeBytes);
  }

  /** JSON's own characters and digits: ASCII that needs no escape. */
  raw(text: string): void {
    const { length } = text;
    const bytes = this.#roomFor(length);
    let at = this.#at;
    for (let index = 0; index < length; index++) bytes[at++] = text.charCodeAt(index);
    this.#at = at;
  }

  /** A string in quotes, escaped where JSON asks for it. */
  text(text: string): void {
    const { length } = text;
    const bytes = this.#roomFor(length + 2);
    let at = this.#at;
    bytes[at++] = QUOTE;
    for (let index = 0; index < length; index++) {
      const unit = text.charCodeAt(index);
      if (unit < SPACE || unit === QUOTE || unit === BACKSLASH || unit >= FIRST_BEYOND_ASCII) {
        this.value(text);
        return;
      }
      bytes[at++] = unit;
    }
    bytes[at++] = QUOTE;
    this.#at = at;
  }

  /** The same of text that may be UTF-8 already. */
  textValue(text: { readonly value: string }): void {
    if (text instanceof EncodedText) this.#encoded(text);
    else this.text(text.value);
  }

  #encoded(text: EncodedText): void {
    const { bytes: source, from, end } = text;
    const bytes = this.#roomFor(end - from + 2);
    let at = this.#at;
    bytes[at++] = QUOTE;
    for (let index = from; index < end; index++) {
      const unit = source[index] as number;
      if (unit < SPACE || unit === QUOTE || unit === BACKSLASH || unit >= FIRST_BEYOND_ASCII) {
        this.value(text.value);
        return;
      }
      bytes[at++] = unit;
    }
    bytes[at++] = QUOTE;
    this.#at = at;
  }

  /** Anything else, as `JSON.stringify` writes it. */
  value(value: unknown): void {
    this.written(JSON.stringify(value));
  }

  /** What is JSON already. */
  written(text: string): void {
    const bytes = this.#roomFor(text.length * MAX_UTF8);
    this.#at += this.#encoder.encodeInto(text, bytes.subarray(this.#at)).written;
  }

  /** A comma, unless it would be the first thing after the bracket that opened. */
  comma(): void {
    const last = this.#at === 0 ? this.#taken : this.#bytes[this.#at - 1];
    if (last === OPEN_BRACE || last === OPEN_BRACKET) return;
    this.#roomFor(1)[this.#at++] = COMMA;
  }

  /** How many bytes were written. */
  get length(): number {
    return this.#at;
  }

  /** What was written. */
  bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#at);
  }

  /** What was written so far, for whoever sends it on while the rest is written. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.bytes();
    this.#taken = taken.at(-1) ?? this.#taken;
    // What follows is probably as long.
    this.#bytes = new Uint8Array(taken.length + FIRST_SIZE);
    this.#at = 0;
    return taken;
  }

  #roomFor(count: number): Uint8Array<ArrayBuffer> {
    if (this.#at + count > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#at + count));
      larger.set(this.#bytes.subarray(0, this.#at));
      this.#bytes = larger;
    }
    return this.#bytes;
  }
}
