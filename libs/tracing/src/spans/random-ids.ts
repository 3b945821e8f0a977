import { randomFillSync } from 'node:crypto';
import type { IdGenerator } from '@opentelemetry/sdk-trace';

const POOL_BYTES = 4_096;
const TRACE_DIGITS = 32;
const SPAN_DIGITS = 16;
const ALL_ZEROS = '0'.repeat(SPAN_DIGITS);

/** Ids as the SDK's generator makes them, random and never all zeros, but many at a time: it leaves JavaScript for each one. */
export class RandomIds implements IdGenerator {
  readonly #bytes = Buffer.allocUnsafeSlow(POOL_BYTES);
  readonly #fill: (bytes: Buffer) => void;
  #digits = '';
  #used = 0;

  constructor(fill: (bytes: Buffer) => void = randomFillSync) {
    this.#fill = fill;
  }

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
    do {
      this.#fill(this.#bytes);
      this.#digits = this.#bytes.toString('hex');
    } while (this.#digits.includes(ALL_ZEROS));
    this.#used = 0;
  }
}
