const BITS = 2 ** 21;

/**
 * Says of a trace id that it is certainly not in a partition, or may be: a Bloom filter over the id's own bytes, which
 * are random already. Keeps a new trace from being looked up in every file.
 */
export class TraceFilter {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array = new Uint8Array(BITS / 8)) {
    this.bytes = bytes;
  }

  /** Ids are strings of one byte per character. */
  add(traceId: string): void {
    for (let lane = 0; lane < 4; lane++) {
      const bit = bitOf(traceId, lane);
      this.bytes[bit >>> 3] = (this.bytes[bit >>> 3] as number) | (1 << (bit & 7));
    }
  }

  mayHave(traceId: string): boolean {
    for (let lane = 0; lane < 4; lane++) {
      const bit = bitOf(traceId, lane);
      if (((this.bytes[bit >>> 3] as number) & (1 << (bit & 7))) === 0) return false;
    }
    return true;
  }
}

// The low half of an id is random even when a sender has 64 bits only; counters in tests are spread by the product.
function bitOf(traceId: string, lane: number): number {
  let hash = 0x9e3779b9 * (lane + 1);
  for (let at = 8; at < 16; at++) hash = Math.imul(hash ^ traceId.charCodeAt(at), 0x01000193 + lane * 2);
  return (hash ^ (hash >>> 15)) & (BITS - 1);
}
