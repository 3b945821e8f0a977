import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test, jest } from '@jest/globals';
import { ask, post, Shop } from '@tracelab/test-stack';
import fc from 'fast-check';
import pg from 'pg';

// Processes start in these tests, on a machine that may be busy.
jest.setTimeout(60_000);

const TOTAL_CENTS = 10_799;

// Slow enough that a kill or a timeout meets a payment at every stage of it, and a lease that is over soon.
const shop = await Shop.start({
  envOf: {
    payment: {
      DEMO_DELAY_SCALE: '1',
      DELAY_VALIDATE_PAYMENT_DATA_MS: '0-10',
      DELAY_CREDIT_CARD_MS: '10-120',
      DELAY_RECORD_PAYMENT_MS: '0-30',
      DELAY_SEND_CONFIRMATION_MS: '0-10',
      FAIL_PAYMENT: '0.2',
      PAYMENT_LEASE_MS: '300',
    },
  },
});
const database = new pg.Pool({ connectionString: shop.paymentDatabaseUrl, max: 1 });
afterAll(async () => {
  await database.end();
  await shop.stop();
});

type Step =
  | { readonly kind: 'pay'; readonly key: number; readonly through: 'gateway' | 'payment'; readonly patienceMs: number }
  | { readonly kind: 'pause'; readonly ms: number }
  | { readonly kind: 'kill' };

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('pay' as const),
        key: fc.integer({ min: 0, max: 2 }),
        through: fc.constantFrom('gateway' as const, 'payment' as const),
        patienceMs: fc.constantFrom(15, 60, 150, 2_000),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('pause' as const), ms: fc.integer({ min: 0, max: 120 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('kill' as const) }) },
  ),
  { minLength: 3, maxLength: 10 },
);

class Payer {
  readonly #order: { readonly id: number; readonly amount: number };
  readonly #pending: Promise<unknown>[] = [];

  constructor(order: { id: number; amount: number }) {
    this.#order = order;
  }

  async take(step: Step): Promise<void> {
    if (step.kind === 'pause') await sleep(step.ms);
    else if (step.kind === 'kill') await this.#killAndStart();
    // Nobody waits: the next step meets this one on its way.
    else this.#pending.push(this.pay(`${this.#order.id}-${step.key}`, step).catch(() => undefined));
  }

  /** Gives up after the patience, as a client does whose own time is over. */
  pay(key: string, { through, patienceMs }: { through: 'gateway' | 'payment'; patienceMs: number }) {
    return ask(`${shop[through].url}/payments`, {
      method: 'POST',
      body: { order_id: this.#order.id, amount: this.#order.amount, method: 'credit_card' },
      headers: { 'idempotency-key': key, 'x-timeout-ms': String(patienceMs) },
      timeoutMs: patienceMs,
    });
  }

  async settled(): Promise<void> {
    await Promise.all(this.#pending);
  }

  async #killAndStart(): Promise<void> {
    shop.payment.kill();
    await sleep(10);
    await shop.payment.start();
  }
}

const recorded = async (orderId: number) => {
  const { rows } = await database.query<{ cents: number }>(
    `select amount_cents as cents from payments where order_id = $1 and status in ('success', 'refunded')`,
    [orderId],
  );
  return rows.map(({ cents }) => cents);
};

test('whatever is retried, given up and killed, an order is paid once or not at all, and can be paid in the end', async () => {
  let paid = 0;
  // Looked at between sequences: one that is cut short would leave a service behind that nobody stops.
  const end = performance.now() + 12_000;
  await fc.assert(
    fc.asyncProperty(steps, async sequence => {
      if (performance.now() > end) return;
      const { body: order } = await post(`${shop.gateway.url}/orders`, { user_id: 1, amount: 99.99 });
      const payer = new Payer(order);
      for (const step of sequence) {
        await payer.take(step);
        expect((await recorded(order.id)).length).toBeLessThanOrEqual(1);
      }
      await payer.settled();
      await sleep(350); // the longest lease is over, and what was still on its way has arrived
      const before = await recorded(order.id);
      expect([[], [TOTAL_CENTS]]).toContainEqual(before);

      const last = await payer.pay(`${order.id}-last`, { through: 'gateway', patienceMs: 5_000 });
      const after = await recorded(order.id);
      if (before.length === 1) expect({ status: last.status, after }).toEqual({ status: 409, after: [TOTAL_CENTS] });
      else expect({ status: last.status, after }).toEqual({ status: after.length === 1 ? 201 : 402, after });
      paid += after.length;
    }),
    { numRuns: 10, endOnFailure: true },
  );
  expect(paid).toBeGreaterThan(0);
});
