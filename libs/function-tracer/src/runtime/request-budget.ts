const SECONDS_SAVED_UP = 20;

/** How many requests may be written: so many a second, and what was not used in the last twenty seconds. */
export class RequestBudget {
  readonly #perMs: number;
  readonly #most: number;
  #left: number;
  #atMs = 0;

  /** 0 a second sets no limit. */
  constructor(perSecond: number) {
    this.#perMs = perSecond / 1000;
    this.#most = perSecond * SECONDS_SAVED_UP;
    this.#left = this.#most;
  }

  /** Whether one more is to be written now. */
  take(nowMs: number): boolean {
    if (this.#perMs === 0) return true;
    this.#left = Math.min(this.#most, this.#left + (nowMs - this.#atMs) * this.#perMs);
    this.#atMs = nowMs;
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}
