import { Logger } from '@nestjs/common';
import type { Config } from '../config.ts';
import type { TracesStore } from './traces.store.ts';

const EVERY_MS = 30_000;

/** Lets old traces go, from time to time. */
export class Expiry {
  readonly #logger = new Logger(Expiry.name);
  readonly #timer: NodeJS.Timeout;
  #running: Promise<void> = Promise.resolve();

  constructor(store: TracesStore, limits: Pick<Config, 'finishedTtlMs' | 'activeTtlMs'>) {
    // Often enough that a short limit, too, is kept.
    const everyMs = Math.max(100, Math.min(EVERY_MS, limits.finishedTtlMs / 2, limits.activeTtlMs / 2));
    this.#timer = setInterval(() => {
      this.#running = store.expire(limits).catch((error: unknown) => {
        this.#logger.warn(`nothing expired this time: ${(error as Error).message}`);
      });
    }, everyMs).unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }
}
