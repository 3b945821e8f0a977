import { SeededRandom } from '../sending/seeded-random.ts';
import { sendAtRate } from '../sending/send-at-rate.ts';
import type { TrafficOptions } from './options.ts';
import type { ShopClient } from './shop-client.ts';
import { flow, health, order, user } from './shop-requests.ts';
import { Visitor } from './visitor.ts';

/** What a mode works with. */
export interface TrafficRun {
  readonly options: TrafficOptions;
  readonly shop: ShopClient;
  readonly signal: AbortSignal;
}

/** Visitors side by side until time is up. Resolves with how many patterns they walked through. */
export async function runActivity({ options, shop, signal }: TrafficRun): Promise<number> {
  const endMs = performance.now() + options.durationMs;
  let patterns = 0;
  const stay = (_: unknown, index: number) =>
    new Visitor(shop, new SeededRandom(options.seed, `visitor ${index}`), signal).stay(endMs, () => patterns++);
  await Promise.all(Array.from({ length: options.concurrent }, stay));
  return patterns;
}

/** The rate that was asked for, over the routes that the Jaeger demo stresses. */
export async function runStress({ options, shop, signal }: TrafficRun): Promise<void> {
  const { seed, ratePerSecond: perSecond, durationMs } = options;
  const random = new SeededRandom(seed, 'stress');
  await sendAtRate({ perSecond, durationMs, signal }, async dueMs => {
    const request = random.pick([health, () => user(1), () => user(2), () => order(101), () => flow(1)])();
    await shop.ask(request, dueMs);
  });
}
