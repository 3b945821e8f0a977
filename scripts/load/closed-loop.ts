import { pause } from '../sending/pause.ts';
import { SeededRandom } from '../sending/seeded-random.ts';
import type { Sender } from '../sending/sender.ts';
import type { Collector } from './collector.ts';
import type { LoadMix } from './load-mix.ts';

export interface Users {
  readonly count: number;
  /** Each user's requests; as many as fit where only the time is bounded. */
  readonly requestsEach: number;
  readonly durationMs: number;
  readonly rampUpMs: number;
  readonly thinkMs: readonly [min: number, max: number];
  readonly seed: number;
}

/** Users who ask, wait for the answer, think, and ask again: as many requests at a time as there are users. */
export class ClosedLoop {
  readonly #sender: Sender;
  readonly #mix: LoadMix;
  readonly #users: Users;

  constructor(sender: Sender, mix: LoadMix, users: Users) {
    this.#sender = sender;
    this.#mix = mix;
    this.#users = users;
  }

  async run(collector: Collector, signal: AbortSignal): Promise<void> {
    const endMs = performance.now() + this.#users.durationMs;
    const users = Array.from({ length: this.#users.count }, (_, index) =>
      this.#user(index, { collector, signal, endMs }),
    );
    await Promise.all(users);
  }

  async #user(index: number, run: { collector: Collector; signal: AbortSignal; endMs: number }): Promise<void> {
    const { count, rampUpMs, requestsEach, seed, thinkMs } = this.#users;
    const { collector, signal, endMs } = run;
    const random = new SeededRandom(seed, `user ${index}`);
    await pause(Math.min((index * rampUpMs) / count, endMs - performance.now()), signal);
    for (let made = 0; made < requestsEach && !signal.aborted; made++) {
      const nowMs = performance.now();
      if (nowMs >= endMs) return;
      const request = random.weighted(this.#mix).make(random);
      const outcome = await this.#sender.send(request);
      collector.add({ request, dueMs: undefined, outcome });
      if (made + 1 === requestsEach) return;
      await pause(Math.min(random.between(...thinkMs), endMs - performance.now()), signal);
    }
  }
}
