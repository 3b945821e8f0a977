const SLOTS = 1024;

/**
 * Remembers what short stretches of bytes are decoded to. Telemetry says the same few things over and over; comparing
 * bytes costs less than decoding them, and one string for all of them less than one each. What comes for the first time
 * is not remembered yet: ids and their like never come again.
 */
export class KnownTexts {
  readonly #encoding: 'utf8' | 'hex';
  readonly #maxLength: number;
  readonly #bytes: Uint8Array;
  readonly #lengths = new Uint16Array(SLOTS);
  /** Of what was not known last. */
  readonly #hashes = new Int32Array(SLOTS);
  readonly #texts = new Array<string>(SLOTS).fill('');

  /** What is longer seldom repeats, and is not remembered. */
  constructor(encoding: 'utf8' | 'hex', maxLength: number) {
    this.#encoding = encoding;
    this.#maxLength = maxLength;
    this.#bytes = new Uint8Array(SLOTS * maxLength);
  }

  /** The text between two places. */
  text(bytes: Buffer, from: number, end: number): string {
    const length = end - from;
    if (length === 0) return '';
    if (length > this.#maxLength) return bytes.toString(this.#encoding, from, end);
    const hash = hashOf(bytes, from, length);
    const slot = (hash ^ (hash >>> 10)) & (SLOTS - 1);
    if (this.#lengths[slot] === length && this.#isAt(slot, bytes, from)) return this.#texts[slot] as string;
    const text = bytes.toString(this.#encoding, from, end);
    if (this.#hashes[slot] === hash) {
      this.#bytes.set(bytes.subarray(from, end), slot * this.#maxLength);
      this.#lengths[slot] = length;
      this.#texts[slot] = text;
    }
    this.#hashes[slot] = hash;
    return text;
  }

  #isAt(slot: number, bytes: Uint8Array, from: number): boolean {
    const known = this.#bytes;
    const first = slot * this.#maxLength;
    const length = this.#lengths[slot] as number;
    for (let at = 0; at < length; at++) if (known[first + at] !== bytes[from + at]) return false;
    return true;
  }
}

// A few bytes tell, those at the end most.
function hashOf(bytes: Uint8Array, from: number, length: number): number {
  const last = from + length - 1;
  let hash = length;
  hash = Math.imul(hash, 31) + (bytes[from] as number);
  hash = Math.imul(hash, 31) + (bytes[from + (length >>> 2)] as number);
  hash = Math.imul(hash, 31) + (bytes[from + (length >>> 1)] as number);
  hash = Math.imul(hash, 31) + (bytes[last - (length >>> 3)] as number);
  hash = Math.imul(hash, 31) + (bytes[last - 1] as number);
  return Math.imul(hash, 31) + (bytes[last] as number);
}
