import { setTimeout as sleep } from 'node:timers/promises';

/** A function did what it was asked to do: it failed. */
class AskedToFail extends Error {
  override readonly name = 'AskedToFail';
  readonly code = 'AskedToFail';

  constructor(operation: string) {
    super(`${operation} failed, as asked`);
  }
}

/** One run of the modules' functions, and which of them shall fail. */
export class Run {
  readonly #failing: string | undefined;

  constructor(failing?: string) {
    this.#failing = failing;
  }

  /** Takes its time, as a query would, and fails afterwards if it is the one. */
  async work(operation: string, durationMs: number): Promise<void> {
    await sleep(durationMs);
    this.finish(operation);
  }

  finish(operation: string): void {
    if (operation === this.#failing) throw new AskedToFail(operation);
  }
}
