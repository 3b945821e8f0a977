import { createOrder } from '@tracelab/contracts/order';
import { answerOf } from '../sending/answer.ts';
import { pause } from '../sending/pause.ts';
import type { SeededRandom } from '../sending/seeded-random.ts';
import type { ShopClient } from './shop-client.ts';
import { flowPaymentMethods, names } from './shop-words.ts';
import { health, malformedOrder, malformedPayment, newOrder, newUser, order, payment, user } from './shop-requests.ts';

const MISSING = 999;
const BETWEEN_PATTERNS_MS = [500, 3_000] as const;
const BETWEEN_STEPS_MS = [100, 600] as const;

interface Pattern {
  readonly weight: number;
  readonly walk: () => Promise<void>;
}

/** Someone who looks around, registers, buys or makes a mistake, thinks, and comes back. */
export class Visitor {
  readonly #shop: ShopClient;
  readonly #random: SeededRandom;
  readonly #signal: AbortSignal;

  constructor(shop: ShopClient, random: SeededRandom, signal: AbortSignal) {
    this.#shop = shop;
    this.#random = random;
    this.#signal = signal;
  }

  /** Goes on until `endMs`; tells of each pattern that was walked through. */
  async stay(endMs: number, onPattern: () => void): Promise<void> {
    const patterns: readonly [Pattern, ...Pattern[]] = [
      { weight: 40, walk: () => this.#browse() },
      { weight: 20, walk: () => this.#register() },
      { weight: 30, walk: () => this.#buy() },
      { weight: 10, walk: () => this.#mistake() },
    ];
    while (performance.now() < endMs && !this.#signal.aborted) {
      await this.#random.weighted(patterns).walk();
      onPattern();
      await pause(Math.min(this.#random.between(...BETWEEN_PATTERNS_MS), endMs - performance.now()), this.#signal);
    }
  }

  async #browse(): Promise<void> {
    await this.#shop.ask(health());
    await this.#shop.ask(user(this.#random.integer(1, 3)));
    if (this.#random.next() < 0.5) await this.#shop.ask(order(this.#random.integer(101, 102)));
  }

  async #register(): Promise<void> {
    await this.#shop.ask(newUser(`${this.#random.pick(names)} ${this.#random.integer(1, 9_999)}`));
  }

  async #buy(): Promise<void> {
    const userId = this.#random.integer(1, 3);
    const cents = this.#random.integer(1_000, 20_000);
    const items = Array.from({ length: this.#random.integer(1, 5) }, (_, at) => `item${at + 1}`);
    const method = this.#random.pick(flowPaymentMethods);
    await this.#shop.ask(user(userId));
    await this.#think();
    const placed = answerOf(createOrder, await this.#shop.ask(newOrder(userId, cents / 100, items)));
    // Out of stock: nothing to pay.
    if (placed === undefined) return;
    await this.#think();
    await this.#shop.ask(payment(placed, method));
  }

  async #mistake(): Promise<void> {
    const request = this.#random.pick([
      () => user(MISSING),
      () => order(MISSING),
      malformedOrder,
      malformedPayment,
    ] as const)();
    await this.#shop.ask(request);
  }

  #think(): Promise<void> {
    return pause(this.#random.between(...BETWEEN_STEPS_MS), this.#signal);
  }
}
