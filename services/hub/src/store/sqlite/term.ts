const ALPHABET = Buffer.from('abcdefghijklmnopqrstuvwxyz012345');
/** Of longer values only this many bytes are told apart by the index; a match is always checked against the span. */
export const MAX_TERM_BYTES = 512;

/**
 * Two lanes of FNV-like hashing over bytes. No security is asked of it: a collision costs one span looked at in vain,
 * since every match of the index is checked.
 */
export class TermHash {
  high = 0;
  low = 0;

  reset(): void {
    this.high = 0x811c9dc5;
    this.low = 0x3c6ef372;
  }

  byte(byte: number): void {
    this.high = Math.imul(this.high ^ byte, 0x01000193);
    this.low = Math.imul(this.low ^ byte, 0x85ebca6b) ^ (this.low >>> 13);
  }

  bytes(bytes: Uint8Array, from: number, to: number): void {
    let { high, low } = this;
    const end = Math.min(to, from + MAX_TERM_BYTES);
    for (let at = from; at < end; at++) {
      const byte = bytes[at] as number;
      high = Math.imul(high ^ byte, 0x01000193);
      low = Math.imul(low ^ byte, 0x85ebca6b) ^ (low >>> 13);
    }
    this.high = high;
    this.low = low;
  }

  /** ASCII only. */
  ascii(text: string): void {
    for (let at = 0; at < text.length; at++) this.byte(text.charCodeAt(at));
  }

  text(text: string): void {
    const bytes = Buffer.from(text);
    this.bytes(bytes, 0, bytes.length);
  }
}

/** Stands between key and value, so that `a`,`bc` and `ab`,`c` differ. */
export const KEY_END = 0;

// Each term begins with a letter that says what it is.
export const ATTRIBUTE = 'a';
export const DURATION = 'd';
export const ERROR = 'e';
export const KEY_SET = 'q';
export const KIND = 'k';
export const OPERATION = 'o';
export const ORIGIN = 'r';
export const SERVICE = 'v';

/** Builds the document that is indexed for a span: terms separated by spaces. */
export class TermList {
  #bytes = Buffer.allocUnsafe(4096);
  #at = 0;

  reset(): void {
    this.#at = 0;
  }

  number(prefix: string, value: number): void {
    this.#begin(prefix);
    let rest = value;
    do {
      this.#bytes[this.#at++] = ALPHABET[rest & 31] as number;
      rest = Math.floor(rest / 32);
    } while (rest > 0);
  }

  hash(prefix: string, hash: TermHash): void {
    this.#begin(prefix);
    this.#word(hash.high);
    this.#word(hash.low);
  }

  mark(prefix: string): void {
    this.#begin(prefix);
  }

  toString(): string {
    return this.#bytes.toString('latin1', 0, this.#at);
  }

  #begin(prefix: string): void {
    if (this.#at + 24 > this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes, this.#bytes]);
    if (this.#at > 0) this.#bytes[this.#at++] = 0x20;
    this.#bytes[this.#at++] = prefix.charCodeAt(0);
  }

  // The top bits mix best.
  #word(word: number): void {
    for (let shift = 27; shift > 2; shift -= 5) this.#bytes[this.#at++] = ALPHABET[(word >>> shift) & 31] as number;
  }
}

export function numberTerm(prefix: string, value: number): string {
  const list = new TermList();
  list.number(prefix, value);
  return list.toString();
}

export function attributeTerm(key: string, text: string): string {
  const hash = new TermHash();
  hash.reset();
  hash.text(key);
  hash.byte(KEY_END);
  hash.text(text);
  const list = new TermList();
  list.hash(ATTRIBUTE, hash);
  return list.toString();
}

/** Durations fall into two buckets an octave; from 18 minutes on all into the last. */
export function durationBucket(durationNs: number): number {
  if (durationNs < 1) return 0;
  return Math.min(MAX_DURATION_BUCKET, 1 + Math.floor(Math.log2(durationNs) * 2));
}

export const MAX_DURATION_BUCKET = 81;
