import { randomUUID } from 'node:crypto';
import { runFlow } from '@tracelab/contracts/flow';
import { createOrder } from '@tracelab/contracts/order';
import { createPayment } from '@tracelab/contracts/payment';
import { Problem } from '@tracelab/contracts/problem';
import { getUser } from '@tracelab/contracts/user';
import { answerOf, jsonOf } from '../sending/answer.ts';
import type { Outcome } from '../sending/outcome.ts';
import type { ShopClient } from './shop-client.ts';
import { flow, malformedOrder, newOrder, payment, user } from './shop-requests.ts';

/** One request of a demo, in words. */
export interface Shown {
  /** What was asked. */
  readonly title: string;
  /** What came back. */
  readonly result: string;
  /** What to look for in the trace. */
  readonly lookFor: string;
  readonly traceId: string;
  readonly tookMs: number;
}

export type Scenario = (shop: ShopClient) => Promise<Shown[]>;

const MISSING = 999;

/** The flow five times, as the Jaeger demo shows it, then what else a trace can tell. */
export const SCENARIOS: readonly Scenario[] = [
  ...[1, 2, 3, 1, 2].map(userId => fullFlow(userId)),
  cachedUser,
  payTwice,
  async shop => [
    told(await shop.ask(user(MISSING)), {
      title: 'A user that is not there',
      lookFor: 'a 404 is no error of the server span; the step that did not find says so',
    }),
  ],
  async shop => [
    told(await shop.ask(malformedOrder()), {
      title: 'An order that makes no sense',
      lookFor: 'the validation refuses, and nothing after it has run',
    }),
  ],
];

function fullFlow(userId: number): Scenario {
  return async shop => {
    const outcome = await shop.ask(flow(userId));
    const done = answerOf(runFlow, outcome);
    const result = done && `order ${done.order.id}, payment ${done.payment.status}`;
    return [
      told(outcome, {
        title: `Full flow of user ${userId}`,
        lookFor: 'one trace through gateway, user, order and payment; the card processor takes most of it',
        result,
      }),
    ];
  };
}

async function cachedUser(shop: ShopClient): Promise<Shown[]> {
  await shop.ask(user(2));
  const outcome = await shop.ask(user(2));
  const name = answerOf(getUser, outcome)?.name;
  return [
    told(outcome, {
      title: 'The same user again',
      lookFor: 'cache.hit, and no SELECT',
      result: name && `user ${name}`,
    }),
  ];
}

async function payTwice(shop: ShopClient): Promise<Shown[]> {
  const ordered = await shop.ask(newOrder(1, 42, ['item1']));
  const placed = answerOf(createOrder, ordered);
  const shown = [
    told(ordered, {
      title: 'An order',
      lookFor: 'validate, inventory, total, INSERT, notification: a span for each step',
      result: placed && `order ${placed.id}, ${placed.amount.toFixed(2)} with tax`,
    }),
  ];
  if (placed === undefined) return shown;
  const key = randomUUID();
  const pay = async (title: string, lookFor: string) => {
    const outcome = await shop.ask(payment(placed, 'paypal', key));
    const paid = answerOf(createPayment, outcome);
    shown.push(told(outcome, { title, lookFor, result: paid && `payment ${paid.id}, ${paid.status}` }));
  };
  await pay('Its payment', 'payment asks order for the amount, charges, tells order');
  await pay('The same payment again', 'payment.replayed: the same key is not charged twice, and no processor is asked');
  return shown;
}

interface Telling {
  readonly title: string;
  readonly lookFor: string;
  readonly result?: string | undefined;
}

function told(outcome: Outcome, { title, lookFor, result }: Telling): Shown {
  const { traceId, sentMs, doneMs } = outcome;
  return { title, lookFor, traceId, tookMs: doneMs - sentMs, result: result ?? refusalOf(outcome) };
}

function refusalOf(outcome: Outcome): string {
  if (outcome.kind === 'failed') return `${outcome.cause}: ${outcome.detail}`;
  const problem = Problem.safeParse(jsonOf(outcome.body));
  return problem.success ? `${outcome.status} ${problem.data.detail ?? problem.data.title}` : `HTTP ${outcome.status}`;
}
