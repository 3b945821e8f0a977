import { runFlow } from '@tracelab/contracts/flow';
import { createOrder } from '@tracelab/contracts/order';
import { getHealth } from '@tracelab/contracts/service';
import { getUser } from '@tracelab/contracts/user';
import { type PlannedRequest, requestTo } from '../sending/planned-request.ts';
import type { SeededRandom } from '../sending/seeded-random.ts';

/** One kind of request and how often it is made, relative to the others. */
export interface MixedRequest {
  readonly weight: number;
  readonly make: (random: SeededRandom) => PlannedRequest;
}

export type LoadMix = readonly [MixedRequest, ...MixedRequest[]];

const ITEMS = ['item1', 'item2', 'item3', 'item4', 'item5'] as const;
const MISSING_USER = 999;

const cents = (amount: number) => Math.round(amount * 100) / 100;

/** What the shop is load-tested with, in the proportions of the Jaeger demo. */
export const SHOP_MIX: LoadMix = [
  { weight: 10, make: () => requestTo(getHealth, {}) },
  { weight: 30, make: random => requestTo(getUser, { params: { user_id: random.integer(1, 3) } }) },
  {
    weight: 25,
    make: random => {
      const items = ITEMS.slice(0, random.integer(1, ITEMS.length));
      return requestTo(createOrder, {
        body: { user_id: random.integer(1, 3), amount: cents(random.between(10, 200)), items },
      });
    },
  },
  { weight: 30, make: random => requestTo(runFlow, { params: { user_id: random.integer(1, 3) } }) },
  // Asks for a user that is not there; the contract foresees the refusal.
  { weight: 5, make: () => requestTo(getUser, { params: { user_id: MISSING_USER } }) },
];
