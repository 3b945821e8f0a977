import type { DurationStatistics } from '@tracelab/contracts/perf-tracer';
import { seconds } from './wire.ts';

/** Many durations in eight bytes each, and their statistics. */
export class Durations {
  #values = new BigInt64Array(4);
  #count = 0;

  add(ns: bigint): void {
    if (this.#count === this.#values.length) {
      const wider = new BigInt64Array(2 * this.#count);
      wider.set(this.#values);
      this.#values = wider;
    }
    this.#values[this.#count++] = ns;
  }

  statistics(): DurationStatistics {
    const count = this.#count;
    const sorted = this.#values.subarray(0, count).sort();
    const at = (index: number): number | null => {
      const ns = sorted[index];
      return ns === undefined ? null : seconds(ns);
    };
    const rank = (percent: number): number | null => at(Math.ceil((percent / 100) * count) - 1);
    return {
      count,
      min_seconds: at(0),
      mean_seconds: count === 0 ? null : seconds(sorted.reduce((sum, ns) => sum + ns, 0n)) / count,
      p50_seconds: rank(50),
      p95_seconds: rank(95),
      p99_seconds: rank(99),
      max_seconds: at(count - 1),
    };
  }
}
