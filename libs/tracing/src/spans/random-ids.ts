import { randomFillSync } from 'node:crypto';

const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;

/** Trace and span ids from a pool of random bytes, since each call for randomness costs more than an id. */
export class RandomIds {
  readonly #pool = Buffer.allocUnsafeSlow(4_096);
  #used = this.#pool.length;

  traceId(): string {
    return this.#next(TRACE_ID_BYTES);
  }

  spanId(): string {
    return this.#next(SPAN_ID_BYTES);
  }

  #next(bytes: number): string {
    if (this.#used + bytes > this.#pool.length) {
      randomFillSync(this.#pool);
      this.#used = 0;
    }
    const start = this.#used;
    this.#used += bytes;
    return this.#pool.toString('hex', start, this.#used);
  }
}
