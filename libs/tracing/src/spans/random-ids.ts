import type { IdGenerator } from '@opentelemetry/sdk-trace';

const WORDS = 256;
const TRACE_DIGITS = 32;
const SPAN_DIGITS = 16;

/** Ids as the SDK's generator makes them, random and never all zeros, but many at a time: it leaves JavaScript for each one. */
export class RandomIds implements IdGenerator {
  readonly #words = new Uint32Array(WORDS);
  readonly #bytes = Buffer.from(this.#words.buffer);
  #digits = '';
  #used = 0;

  generateTraceId(): string {
    return this.#take(TRACE_DIGITS);
  }

  generateSpanId(): string {
    return this.#take(SPAN_DIGITS);
  }

  #take(digits: number): string {
    if (this.#used + digits > this.#digits.length) this.#refill();
    const from = this.#used;
    this.#used += digits;
    return this.#digits.slice(from, this.#used);
  }

  #refill(): void {
    const words = this.#words;
    // Every other word is 1 at least: two of them are a span id, and none is all zeros.
    for (let i = 0; i < WORDS; i++) words[i] = (Math.random() * 2 ** 32) >>> 0 || i & 1;
    this.#digits = this.#bytes.toString('hex');
    this.#used = 0;
  }
}
