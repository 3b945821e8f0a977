/**
 * A signal that aborts after `limitMs`, unless it is lifted before. AbortSignal.timeout cannot be lifted: it holds the request, its answer and the
 * context of whoever asked until its time is over, however soon the answer came.
 */
export class TimeLimit {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(limitMs: number) {
    this.#timer = setTimeout(() => {
      this.#controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
    }, limitMs).unref();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** For work that is over. */
  lift(): void {
    clearTimeout(this.#timer);
  }
}
