/**
 * The time of day in milliseconds, with the microseconds that `Date.now()` has not. The SDK starts spans on whole milliseconds,
 * so a child may seem to outlive its parent and siblings have no order; every span that this library starts and ends has its times from here.
 */
class Clock {
  #originMs = performance.timeOrigin;
  #checkAtMs = 0;

  now(): number {
    const elapsedMs = performance.now();
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
