import { performance } from 'node:perf_hooks';
import type { HrTime } from '@opentelemetry/api';

/**
 * The time of day in milliseconds, with the microseconds that `Date.now()` has not. The SDK starts spans on whole milliseconds,
 * so a child may seem to outlive its parent and siblings have no order; every span that this library starts and ends has its times from here.
 */
class Clock {
  #originMs = performance.timeOrigin;
  #checkAtMs = 0;

  now(): number {
    return this.at(performance.now());
  }

  /** The time of day at a reading of `performance.now()`: who also measures how long something takes reads the clock once. */
  at(elapsedMs: number): number {
    if (elapsedMs >= this.#checkAtMs) this.#followWallClock(elapsedMs);
    return this.#originMs + elapsedMs;
  }

  // A process that runs for weeks drifts from the wall clock, and a laptop sleeps. Below 5 ms a step would do more harm.
  #followWallClock(elapsedMs: number): void {
    this.#checkAtMs = elapsedMs + 1_000;
    const driftMs = Date.now() + 0.5 - (this.#originMs + elapsedMs);
    if (Math.abs(driftMs) > 5) this.#originMs += driftMs;
  }
}

export const clock = new Clock();

/** As the SDK's `millisToHrTime`, without its divisions with remainder, which cost as much as the reading of a clock. */
export function hrTimeOfMs(ms: number): HrTime {
  const seconds = Math.trunc(ms / 1_000);
  return [seconds, Math.round((ms - seconds * 1_000) * 1e6)];
}
