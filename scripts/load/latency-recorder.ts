import { Int32Histogram } from 'hdr-histogram-js';

/** A point of a distribution, and a request that stands there. */
export interface Mark {
  readonly ms: number;
  /** The range that holds the true value in 19 of 20 runs like this one, by the rank's own spread. */
  readonly lowMs: number;
  readonly highMs: number;
  readonly traceId: string;
}

/** How many requests took between two times. */
export interface LatencyBin {
  readonly fromMs: number;
  readonly toMs: number;
  readonly count: number;
}

const MICROS = 1_000;
const SIGNIFICANT_DIGITS = 3;
const NORMAL_95 = 1.96;
const BINS_PER_DECADE = 20;

/**
 * Latencies at three significant digits from a microsecond up, and for each step of that scale the trace of the latest
 * request on it: so every percentile names a request that had it. Memory grows with the spread, not with the count.
 */
export class LatencyRecorder {
  readonly #histogram = new Int32Histogram(1, 2, SIGNIFICANT_DIGITS);
  /** By index of the step in the histogram. */
  readonly #traces: (string | undefined)[] = [];
  #sumMs = 0;
  #minMs = Infinity;
  #maxMs = 0;

  constructor() {
    this.#histogram.autoResize = true;
  }

  record(ms: number, traceId: string): void {
    const micros = Math.max(0, Math.round(ms * MICROS));
    this.#histogram.recordValue(micros);
    this.#traces[this.#histogram.countsArrayIndex(micros)] = traceId;
    this.#sumMs += ms;
    if (ms < this.#minMs) this.#minMs = ms;
    if (ms >= this.#maxMs) this.#maxMs = ms;
  }

  get count(): number {
    return this.#histogram.totalCount;
  }

  get minMs(): number {
    return this.count === 0 ? 0 : this.#minMs;
  }

  get meanMs(): number {
    return this.count === 0 ? 0 : this.#sumMs / this.count;
  }

  get maxMs(): number {
    return this.#maxMs;
  }

  /** The nearest-rank percentile, `quantile` from 0 to 1, by what was recorded and not by interpolation. */
  mark(quantile: number): Mark {
    const micros = this.#microsAt(quantile);
    const spread = NORMAL_95 * Math.sqrt((quantile * (1 - quantile)) / Math.max(1, this.count));
    return {
      ms: this.#exact(micros),
      lowMs: this.#exact(this.#microsAt(quantile - spread)),
      highMs: this.#exact(this.#microsAt(quantile + spread)),
      traceId: this.#traces[this.#histogram.countsArrayIndex(micros)] ?? '',
    };
  }

  /** Counts on a logarithmic scale, from the least to the greatest, without gaps. */
  bins(): LatencyBin[] {
    const counts = new Map<number, number>();
    // Skips the steps on which nothing was recorded.
    this.#traces.forEach((_, step) => {
      const bin = Math.floor(Math.log10(Math.max(1, this.#histogram.valueFromIndex(step))) * BINS_PER_DECADE);
      counts.set(bin, (counts.get(bin) ?? 0) + this.#histogram.getCountAtIndex(step));
    });
    const [first, last] = [Math.min(...counts.keys()), Math.max(...counts.keys())];
    if (counts.size === 0) return [];
    const edgeMs = (bin: number) => 10 ** (bin / BINS_PER_DECADE) / MICROS;
    return Array.from({ length: last - first + 1 }, (_, at) => {
      const bin = first + at;
      return { fromMs: edgeMs(bin), toMs: edgeMs(bin + 1), count: counts.get(bin) ?? 0 };
    });
  }

  /** Takes in all that the other recorded. */
  merge(other: LatencyRecorder): void {
    this.#histogram.add(other.#histogram);
    other.#traces.forEach((traceId, step) => {
      this.#traces[step] = traceId;
    });
    this.#sumMs += other.#sumMs;
    this.#minMs = Math.min(this.#minMs, other.#minMs);
    this.#maxMs = Math.max(this.#maxMs, other.#maxMs);
  }

  reset(): void {
    this.#histogram.reset();
    this.#traces.length = 0;
    [this.#sumMs, this.#minMs, this.#maxMs] = [0, Infinity, 0];
  }

  #microsAt(quantile: number): number {
    const percentile = Math.min(1, Math.max(0, quantile)) * 100;
    return this.count === 0 ? 0 : this.#histogram.getValueAtPercentile(percentile);
  }

  // The histogram answers with the greatest value of a step, which may lie beyond what was ever seen.
  #exact(micros: number): number {
    return Math.max(this.minMs, Math.min(this.#maxMs, micros / MICROS));
  }
}
