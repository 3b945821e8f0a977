import type { Collector } from '../load/collector.ts';
import type { Outcome } from '../sending/outcome.ts';
import type { PlannedRequest } from '../sending/planned-request.ts';
import type { Sender } from '../sending/sender.ts';

/** Sends what visitors ask for, and counts it. */
export class ShopClient {
  readonly #sender: Sender;
  readonly #collector: Collector;

  constructor(sender: Sender, collector: Collector) {
    this.#sender = sender;
    this.#collector = collector;
  }

  /** `dueMs` where the request had a moment of its own; else it is due when it is sent. */
  async ask(request: PlannedRequest, dueMs?: number): Promise<Outcome> {
    const outcome = await this.#sender.send(request);
    this.#collector.add({ request, dueMs, outcome });
    return outcome;
  }
}
