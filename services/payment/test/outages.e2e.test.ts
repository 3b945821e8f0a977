import { describe, expect, test } from '@jest/globals';
import { type Answer, ask, post } from '@tracelab/test-stack';
import {
  chargedCents,
  database,
  databaseAt,
  door,
  eventually,
  newOrder,
  orders,
  pay,
  paymentService,
  statusOf,
  url,
  type Priced,
} from './payment-shop.ts';

describe('while the database cannot write what the card processor did', () => {
  const slowly = (env: Record<string, string> = {}) =>
    paymentService({
      DATABASE_URL: databaseAt,
      DEMO_DELAY_SCALE: '1',
      DELAY_CREDIT_CARD_MS: '500',
      DELAY_REFUND_PAYMENT_MS: '500',
      ...env,
    });

  interface Claims {
    readonly claim: number;
    readonly status: string;
    readonly is_refunding: boolean;
  }

  const claimsOf = async ({ id }: Priced): Promise<Claims | undefined> => {
    const { rows } = await database.query<Claims>(
      'select claim, status, is_refunding from payments where order_id = $1',
      [id],
    );
    return rows[0];
  };

  /** The answer to what asks for a charge or a refund, whose row is locked from its claim until the answer is there. */
  const lockedOut = async (order: Priced, isClaimed: (row: Claims) => boolean, asking: Promise<Answer>) => {
    await eventually(async () => {
      const row = await claimsOf(order);
      return row !== undefined && isClaimed(row);
    });
    const client = await database.connect();
    await client.query('begin');
    await client.query('select from payments where order_id = $1 for update', [order.id]);
    try {
      return await asking;
    } finally {
      await client.query('rollback');
      client.release();
    }
  };
  const isPaying = ({ status }: Claims) => status === 'processing';
  const isRefunding = ({ is_refunding }: Claims) => is_refunding;
  const unavailable = { status: 503, body: { code: 'Unavailable' } };

  test('a charge is written when it can, and a retry finds it made, once', async () => {
    const { url: slow } = await slowly();
    const order = await newOrder();
    expect(await lockedOut(order, isPaying, pay(order, 'charged-late', slow))).toMatchObject(unavailable);
    expect(await pay(order, 'charged-late', slow)).toMatchObject({ status: 201, body: { status: 'success' } });
    expect(await claimsOf(order)).toMatchObject({ claim: 1, status: 'success' });
  });

  test('a refund is written when it can, is not made again, and the order knows', async () => {
    const { url: slow } = await slowly();
    const order = await newOrder();
    const { id } = (await pay(order)).body;
    const refund = () => post(`${slow}/payments/${id}/refund`, {});
    expect(await lockedOut(order, isRefunding, refund())).toMatchObject(unavailable);
    expect(await eventually(async () => (await claimsOf(order))?.status === 'refunded')).toBe(true);
    expect(await refund()).toMatchObject({ status: 409, body: { detail: `Payment ${id} is refunded` } });
    expect(await claimsOf(order)).toEqual({ claim: 2, status: 'refunded', is_refunding: false });
    expect(await eventually(async () => (await statusOf(order)) === 'refunded')).toBe(true);
  });

  test('a refund that was declined can be asked for again as soon as it can, not only after the lease', async () => {
    const { url: declining } = await slowly({ FAIL_REFUND: '1' });
    const order = await newOrder();
    const { id } = (await pay(order)).body;
    const refund = (at: string) => post(`${at}/payments/${id}/refund`, {});
    expect(await lockedOut(order, isRefunding, refund(declining))).toMatchObject(unavailable);
    expect(await eventually(async () => (await claimsOf(order))?.is_refunding === false)).toBe(true);
    expect((await refund(url)).status).toBe(201);
  });
});

describe('while the order service cannot be told', () => {
  const refuseChanges = () => {
    door.obey(method => (method === 'PATCH' ? 'shut' : undefined));
  };

  test('the payment stands, cannot be made again, and the order hears of it later', async () => {
    refuseChanges();
    const order = await newOrder();
    expect((await pay(order)).status).toBe(201);
    expect(await statusOf(order)).toBe('pending');
    expect(await pay(order)).toMatchObject({ status: 409, body: { code: 'OrderNotPayable' } });
    door.obey(() => undefined);
    expect(await eventually(async () => (await statusOf(order)) === 'completed')).toBe(true);
  });

  test('a refund of a payment it never heard of is known to it in the end', async () => {
    refuseChanges();
    const order = await newOrder();
    const { body } = await pay(order);
    expect((await post(`${url}/payments/${body.id}/refund`, {})).status).toBe(201);
    expect(await statusOf(order)).toBe('pending');
    door.obey(() => undefined);
    expect(await eventually(async () => (await statusOf(order)) === 'refunded')).toBe(true);
  });

  test('an order that refuses for good does not keep the others from hearing', async () => {
    refuseChanges();
    const [cancelled, open] = [await newOrder(), await newOrder()];
    for (const order of [cancelled, open]) expect((await pay(order)).status).toBe(201);
    await ask(`${orders.url}/orders/${cancelled.id}/status`, { method: 'PATCH', body: { status: 'cancelled' } });
    door.obey(() => undefined);
    expect(await eventually(async () => (await statusOf(open)) === 'completed')).toBe(true);
    expect(await statusOf(cancelled)).toBe('cancelled');
  });

  test('nobody who pays waits for it', async () => {
    const order = await newOrder();
    const stuck = Promise.withResolvers<unknown>();
    door.obey(method => (method === 'PATCH' ? stuck.promise : undefined));
    const from = performance.now();
    expect((await pay(order)).status).toBe(201);
    expect(performance.now() - from).toBeLessThan(3_000);
    stuck.resolve(undefined);
  });
});

test('a payment cannot be made while the order service is down, and nothing is charged', async () => {
  const order = await newOrder();
  door.obey(() => 'shut');
  expect(await pay(order, 'down')).toMatchObject({ status: 503, body: { code: 'Unavailable' } });
  expect(await chargedCents(order)).toBe(0);
  door.obey(() => undefined);
  expect((await pay(order, 'down')).status).toBe(201);
});
