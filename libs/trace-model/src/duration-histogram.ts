/** One bucket and how many durations fell into it. */
export type BucketCount = readonly [bucket: number, count: number];

const BUCKETS_PER_OCTAVE = 8;

/**
 * Durations counted in buckets of equal ratio (2^(1/8), so a quantile is within 4.5 % of the truth), of any range, in
 * memory that grows with the spread only. Two of them merge without loss.
 */
export class DurationHistogram {
  readonly #counts = new Map<number, number>();
  #count = 0;

  static from(entries: Iterable<BucketCount>): DurationHistogram {
    const histogram = new DurationHistogram();
    for (const [bucket, count] of entries) histogram.#add(bucket, count);
    return histogram;
  }

  get count(): number {
    return this.#count;
  }

  add(durationNs: number): void {
    this.#add(bucketOf(durationNs), 1);
  }

  merge(other: DurationHistogram): void {
    for (const [bucket, count] of other.#counts) this.#add(bucket, count);
  }

  /** By bucket, ascending. */
  entries(): BucketCount[] {
    return [...this.#counts].sort(([left], [right]) => left - right);
  }

  /** The duration that a share `quantile` (0 to 1) of all stays at or below; undefined when nothing was counted. */
  quantileNs(quantile: number): number | undefined {
    const rank = Math.max(1, Math.ceil(quantile * this.#count));
    let seen = 0;
    for (const [bucket, count] of this.entries()) {
      seen += count;
      if (seen >= rank) return middleOf(bucket);
    }
    return undefined;
  }

  #add(bucket: number, count: number): void {
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + count);
    this.#count += count;
  }
}

// Bucket -1 holds what lasted no time at all, which has no logarithm.
function bucketOf(durationNs: number): number {
  return durationNs < 1 ? -1 : Math.floor(Math.log2(durationNs) * BUCKETS_PER_OCTAVE);
}

function middleOf(bucket: number): number {
  return bucket < 0 ? 0 : 2 ** ((bucket + 0.5) / BUCKETS_PER_OCTAVE);
}
