import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** A moment, by two clocks: one that never jumps, for durations, and the wall's, to show. */
export interface Instant {
  /** Monotonic readings compare only within one clock. */
  readonly clockId: string;
  readonly monotonicNs: bigint;
  readonly wallNs: bigint;
}

const TOLERANCE_NS = 2_000_000n;

/** Tells what time it is. */
export class Clock {
  readonly #id: string;
  // The wall clock tells milliseconds only; between them the monotonic clock counts on from this pair of readings.
  #wallNs = BigInt(Date.now()) * 1_000_000n;
  #monotonicNs = process.hrtime.bigint();

  constructor(id = machineClockId()) {
    this.#id = id;
  }

  now(): Instant {
    const monotonicNs = process.hrtime.bigint();
    return { clockId: this.#id, monotonicNs, wallNs: this.#wallAt(monotonicNs) };
  }

  #wallAt(monotonicNs: bigint): bigint {
    const toldNs = BigInt(Date.now()) * 1_000_000n;
    const countedNs = this.#wallNs + (monotonicNs - this.#monotonicNs);
    const driftNs = countedNs - toldNs;
    if (driftNs < TOLERANCE_NS && driftNs > -TOLERANCE_NS) return countedNs;
    this.#wallNs = toldNs;
    this.#monotonicNs = monotonicNs;
    return toldNs;
  }
}

/**
 * From one instant to a later one. By the monotonic clock where both were read from the same; it runs from the machine's
 * start, so a restart of the process does not change it. Across a reboot or two machines only the wall clock is left.
 */
export const elapsedNs = (from: Instant, to: Instant): bigint =>
  from.clockId === to.clockId ? to.monotonicNs - from.monotonicNs : to.wallNs - from.wallNs;

// Linux names each run of the machine; where nothing does, no later process can tell that it shares this one's clock.
function machineClockId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return randomUUID();
  }
}
