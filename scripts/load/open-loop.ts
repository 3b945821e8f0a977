import { SeededRandom } from '../sending/seeded-random.ts';
import { sendAtRate } from '../sending/send-at-rate.ts';
import type { Sender } from '../sending/sender.ts';
import type { Collector } from './collector.ts';
import type { LoadMix } from './load-mix.ts';

export interface Arrivals {
  readonly perSecond: number;
  readonly durationMs: number;
  /** After the last arrival, how long what still waits for a connection may go on waiting. */
  readonly drainMs: number;
  readonly seed: number;
}

/**
 * Requests that come when they are due, however slow the server is. One that had to wait for a connection is measured
 * since it was due, as its user would: nothing that a stall held back is left out.
 */
export class OpenLoop {
  readonly #sender: Sender;
  readonly #mix: LoadMix;
  readonly #arrivals: Arrivals;

  constructor(sender: Sender, mix: LoadMix, arrivals: Arrivals) {
    this.#sender = sender;
    this.#mix = mix;
    this.#arrivals = arrivals;
  }

  async run(collector: Collector, signal: AbortSignal): Promise<void> {
    const { perSecond, durationMs, drainMs, seed } = this.#arrivals;
    const random = new SeededRandom(seed, 'arrivals');
    const giveUp = setTimeout(() => {
      this.#sender.giveUpWaiting();
    }, durationMs + drainMs);
    await sendAtRate({ perSecond, durationMs, signal }, async dueMs => {
      const request = random.weighted(this.#mix).make(random);
      const outcome = await this.#sender.send(request);
      collector.add({ request, dueMs, outcome });
    });
    clearTimeout(giveUp);
  }
}
