const SLOTS = 1024;

/**
 * Remembers what short stretches of bytes are decoded to. Telemetry says the same few things over and over; comparing
 * bytes costs less than decoding them, and one object for all of them less than one each. What comes for the first time
 * is not remembered yet: ids and their like never come again.
 */
export class KnownBytes<Value> {
  readonly #maxLength: number;
  readonly #bytes: Uint8Array;
  readonly #lengths = new Uint16Array(SLOTS);
  /** Of what was not known last. */
  readonly #hashes = new Int32Array(SLOTS);
  readonly #values = new Array<Value | undefined>(SLOTS).fill(undefined);

  /** Longer stretches seldom repeat, and are not remembered. */
  constructor(maxLength: number) {
    this.#maxLength = maxLength;
    this.#bytes = new Uint8Array(SLOTS * maxLength);
  }

  /** What the bytes were decoded to, unless that was forgotten. */
  find(bytes: Uint8Array, from: number, end: number): Value | undefined {
    const length = end - from;
    if (length > this.#maxLength || length === 0) return undefined;
    const slot = slotOf(hashOf(bytes, from, length));
    if (this.#lengths[slot] !== length) return undefined;
    const known = this.#bytes;
    for (let at = from, knownAt = slot * this.#maxLength; at < end; at++, knownAt++) {
      if (known[knownAt] !== bytes[at]) return undefined;
    }
    return this.#values[slot];
  }

  /** To be told what `find` did not know. */
  remember(value: Value, bytes: Uint8Array, { from, end }: { readonly from: number; readonly end: number }): void {
    const length = end - from;
    if (length > this.#maxLength || length === 0) return;
    const hash = hashOf(bytes, from, length);
    const slot = slotOf(hash);
    if (this.#hashes[slot] !== hash) {
      this.#hashes[slot] = hash;
      return;
    }
    this.#bytes.set(bytes.subarray(from, end), slot * this.#maxLength);
    this.#lengths[slot] = length;
    this.#values[slot] = value;
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

const slotOf = (hash: number) => (hash ^ (hash >>> 10)) & (SLOTS - 1);
