import { afterAll, beforeEach, describe, expect, test, jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { createApplication } from '@tracelab/service-kit';
import { type Answer, ask, databaseUrl, post, ServiceProcess } from '@tracelab/test-stack';
import pg from 'pg';
import { AppModule } from '../src/app.module.ts';
import { loadConfig } from '../src/config.ts';
import { OrderDoor } from './order-door.ts';

// Processes start in these tests, on a machine that may be busy.
jest.setTimeout(60_000);

const stops: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const stop of stops.reverse()) await stop();
});

const orders = await ServiceProcess.start({
  service: 'order',
  env: { DATABASE_URL: await databaseUrl('orders'), DEMO_DELAY_SCALE: '0', FAIL_INVENTORY: '0' },
});
stops.push(() => orders.stop());
const door = new OrderDoor(orders.url);
const orderUrl = await door.open();
stops.push(() => door.close());

async function paymentService(env: Record<string, string> = {}) {
  const databaseAt = env.DATABASE_URL ?? (await databaseUrl('payments'));
  const config = loadConfig({
    ORDER_URL: orderUrl,
    DEMO_DELAY_SCALE: '0',
    FAIL_PAYMENT: '0',
    FAIL_CONFIRMATION: '0',
    FAIL_REFUND: '0',
    LOG_LEVEL: 'silent',
    ...env,
    DATABASE_URL: databaseAt,
  });
  const app = await createApplication(await AppModule.with(config), config);
  await app.listen(0, '127.0.0.1');
  stops.push(() => app.close());
  return { url: await app.getUrl(), databaseAt };
}

const { url, databaseAt } = await paymentService();
const database = new pg.Pool({ connectionString: databaseAt, max: 2 });
stops.push(() => database.end());

beforeEach(() => {
  door.obey(() => undefined);
});

interface Priced {
  readonly id: number;
  readonly amount: number;
}

const newOrder = async (amount = 99.99): Promise<Priced> =>
  (await post(`${orders.url}/orders`, { user_id: 1, amount })).body;
const statusOf = async ({ id }: Priced): Promise<string> => (await ask(`${orders.url}/orders/${id}`)).body.status;
const bodyFor = ({ id, amount }: Priced, method = 'credit_card') => ({ order_id: id, amount, method });
const pay = (order: Priced, key?: string, at = url): Promise<Answer> =>
  post(`${at}/payments`, bodyFor(order), key === undefined ? {} : { 'idempotency-key': key });
const chargedCents = async ({ id }: Priced): Promise<number> => {
  const { rows } = await database.query<{ cents: string }>(
    `select coalesce(sum(amount_cents), 0) as cents from payments where order_id = $1 and status in ('success', 'refunded')`,
    [id],
  );
  return Number(rows[0]?.cents);
};
const eventually = async (holds: () => Promise<boolean>, limitMs = 8_000): Promise<boolean> => {
  const end = performance.now() + limitMs;
  while (performance.now() < end) {
    if (await holds()) return true;
    await sleep(50);
  }
  return false;
};

describe('a payment', () => {
  test('is numbered from 1001, says what was charged, and completes its order', async () => {
    const order = await newOrder();
    const { status, body } = await pay(order);
    expect(status).toBe(201);
    expect(body).toEqual({
      id: 1001,
      order_id: order.id,
      amount: 107.99,
      method: 'credit_card',
      status: 'success',
      transaction_id: expect.stringMatching(/^txn_\d{6}$/),
      error_code: null,
      gateway_fee: 3.13,
      processing_time: expect.any(Number),
    });
    expect((await ask(`${url}/payments/1001`)).body).toEqual(body);
    expect(await statusOf(order)).toBe('completed');
  });

  test.each(['credit_card', 'debit_card', 'paypal', 'bank_transfer'])('can be made by %s', async method => {
    const { status, body } = await post(`${url}/payments`, bodyFor(await newOrder(), method));
    expect({ status, method: body.method }).toEqual({ status: 201, method });
  });

  test.each([
    [0.01, 0.01, 0],
    [0.16, 0.17, 0],
    [0.17, 0.18, 0.01],
    [10_000_000, 10_800_000, 313_200],
  ])('of an order of %d is %d, and costs a fee of %d', async (amount, total, fee) => {
    const { body } = await pay(await newOrder(amount));
    expect({ amount: body.amount, fee: body.gateway_fee }).toEqual({ amount: total, fee });
  });

  test.each(['9', '1000', '2147483648', '99999999999'])('%s is not found', async id => {
    const { status, body } = await ask(`${url}/payments/${id}`);
    expect({ status, detail: body.detail }).toEqual({ status: 404, detail: `Payment ${id} not found` });
  });

  test('stands, whether or not its confirmation can be sent', async () => {
    const { url: silent } = await paymentService({ FAIL_CONFIRMATION: '1' });
    expect((await pay(await newOrder(), undefined, silent)).status).toBe(201);
  });
});

describe('a payment is refused', () => {
  const refusal = async (body: unknown) => {
    const { status, body: problem } = await post(`${url}/payments`, body);
    return { status, code: problem.code, detail: problem.detail };
  };
  const malformed = (detail: string) => ({ status: 422, code: 'InvalidRequest', detail });

  test('without all of its fields, by name', async () => {
    expect(await refusal({})).toEqual(malformed("Missing required fields: ['order_id', 'amount', 'method']"));
  });

  test.each([0, -1])('of an amount of %d', async amount => {
    expect(await refusal({ order_id: 102, amount, method: 'paypal' })).toEqual(
      malformed('Payment amount must be positive'),
    );
  });

  test('by an unknown method', async () => {
    expect(await refusal({ order_id: 102, amount: 1, method: 'cash' })).toEqual(
      malformed('Invalid payment method. Must be one of: [credit_card, debit_card, paypal, bank_transfer]'),
    );
  });

  test('of an order that is not there', async () => {
    expect(await refusal({ order_id: 99_999, amount: 1, method: 'paypal' })).toEqual({
      status: 404,
      code: 'OrderNotFound',
      detail: 'Order 99999 not found',
    });
  });

  test("when its amount is not the order's, by a cent", async () => {
    const order = await newOrder(10);
    expect(await refusal(bodyFor({ ...order, amount: 10.79 }))).toEqual({
      status: 409,
      code: 'AmountMismatch',
      detail: 'The order costs 10.80, not 10.79',
    });
    expect(await chargedCents(order)).toBe(0);
    expect(await statusOf(order)).toBe('pending');
  });

  test.each([101, 'cancelled'])('of an order that is not open: %p', async which => {
    const { id } = which === 101 ? { id: 101 } : await newOrder(1);
    if (which !== 101)
      await ask(`${orders.url}/orders/${id}/status`, { method: 'PATCH', body: { status: 'cancelled' } });
    expect(await refusal({ order_id: id, amount: 29.99, method: 'paypal' })).toMatchObject({
      status: 409,
      code: 'OrderNotPayable',
    });
  });

  test.each(['with space', 'x'.repeat(256), 'ümlaut'])('under a key that is none: %p', async key => {
    const bytes = Buffer.from(key, 'utf8').toString('latin1');
    expect((await pay(await newOrder(), bytes)).status).toBe(422);
  });
});

describe('a decline', () => {
  test('is told once, with its code, and leaves the order to be paid another way', async () => {
    const { url: declining, databaseAt: at } = await paymentService({ FAIL_PAYMENT: '1' });
    const order = await newOrder();
    const { status, body } = await pay(order, 'declined', declining);
    expect(status).toBe(402);
    expect(body.error_code).toMatch(/^(insufficient_funds|card_declined|expired_card|invalid_cvv)$/);
    expect(body.detail).toBe(`Payment failed: ${body.error_code.replace('_', ' ')}`);
    expect((await pay(order, 'declined', declining)).body).toEqual(body);
    expect((await ask(`${declining}/payments/${body.payment_id}`)).body).toMatchObject({
      status: 'failed',
      error_code: body.error_code,
      transaction_id: null,
    });
    expect(await statusOf(order)).toBe('pending');
    const { url: accepting } = await paymentService({ DATABASE_URL: at });
    expect((await pay(order, 'another', accepting)).status).toBe(201);
  });

  test('happens for each of the reasons, as often as the rate says', async () => {
    const { url: some } = await paymentService({ FAIL_PAYMENT: '0.5', DEMO_SEED: '5' });
    const codes: string[] = [];
    for (let i = 0; i < 40; i++) codes.push(String((await pay(await newOrder(), undefined, some)).body.error_code));
    expect(new Set(codes)).toEqual(
      new Set(['null', 'insufficient_funds', 'card_declined', 'expired_card', 'invalid_cvv']),
    );
    expect(codes.filter(code => code === 'null').length).toBeGreaterThan(8);
    expect(codes.filter(code => code !== 'null').length).toBeGreaterThan(8);
  });
});

describe('under one Idempotency-Key', () => {
  test('fifty posts at once make one charge and get the same answer', async () => {
    const order = await newOrder();
    const answers = await Promise.all(Array.from({ length: 50 }, () => pay(order, 'fifty')));
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(201));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(await chargedCents(order)).toBe(10799);
  });

  test('so do fifty on two processes that share the database', async () => {
    const { url: second } = await paymentService({ DATABASE_URL: databaseAt });
    const order = await newOrder();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => pay(order, 'two-processes', i % 2 === 0 ? url : second)),
    );
    expect(new Set(answers.map(({ status, body }) => `${status} ${JSON.stringify(body)}`)).size).toBe(1);
    expect(await chargedCents(order)).toBe(10799);
  });

  test('a post that looks at the order after another has paid it gets that answer, not a refusal', async () => {
    const order = await newOrder();
    const paid = Promise.withResolvers<unknown>();
    // The first to ask for the order has looked for the key already, and hears of the order when it is completed.
    door.obey((method, count) => (method === 'GET' && count === 1 ? paid.promise : undefined));
    const late = pay(order, 'late');
    await eventually(() => Promise.resolve((door.seen.GET ?? 0) > 0));
    await sleep(100);
    const first = await pay(order, 'late');
    expect(await statusOf(order)).toBe('completed');
    paid.resolve(undefined);
    expect(await late).toMatchObject({ status: 201, body: first.body });
  });

  test('another body is refused, whichever field differs', async () => {
    const order = await newOrder();
    await pay(order, 'reused');
    const other = await newOrder();
    for (const body of [bodyFor(other), bodyFor(order, 'paypal'), { ...bodyFor(order), amount: 1 }]) {
      const { status, body: problem } = await post(`${url}/payments`, body, { 'idempotency-key': 'reused' });
      expect({ status, code: problem.code }).toEqual({ status: 422, code: 'IdempotencyKeyReused' });
    }
    expect(await chargedCents(other)).toBe(0);
  });

  test('the order of the fields does not matter, nor do fields that nobody asked for', async () => {
    const { id, amount } = await newOrder();
    const first = await pay({ id, amount }, 'same');
    const again = { method: 'credit_card', note: 'again', amount, order_id: id };
    expect(await post(`${url}/payments`, again, { 'idempotency-key': 'same' })).toMatchObject({
      status: 201,
      body: first.body,
    });
  });
});

test('fifty posts at once under fifty keys pay the order once', async () => {
  const order = await newOrder();
  const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => pay(order, `many-${i}`)));
  const codes = answers.map(({ status, body }) => (status === 201 ? 'paid' : (body.code as string)));
  expect(codes.filter(code => code === 'paid')).toHaveLength(1);
  expect(codes.filter(code => !['paid', 'OrderNotPayable', 'PaymentInProgress'].includes(code))).toEqual([]);
  expect(await chargedCents(order)).toBe(10799);
});

describe('a card processor that is slow', () => {
  test('is not waited for longer than the request may take; the payment is made all the same, once', async () => {
    const { url: slow, databaseAt: at } = await paymentService({
      DEMO_DELAY_SCALE: '1',
      DELAY_CREDIT_CARD_MS: '1200',
      DELAY_VALIDATE_PAYMENT_DATA_MS: '0',
      REQUEST_TIMEOUT_MS: '500',
    });
    const order = await newOrder();
    const { status, body } = await pay(order, 'slow', slow);
    expect({ status, code: body.code }).toEqual({ status: 504, code: 'TooSlow' });
    expect(await statusOf(order)).toBe('pending');
    expect(await eventually(async () => (await statusOf(order)) === 'completed')).toBe(true);
    expect(await pay(order, 'slow', slow)).toMatchObject({ status: 201, body: { status: 'success' } });
    const own = new pg.Client({ connectionString: at });
    await own.connect();
    const { rows } = await own.query('select status from payments where order_id = $1', [order.id]);
    await own.end();
    expect(rows).toEqual([{ status: 'success' }]);
  });

  test('is asked once, however long past the lease it takes and whoever asks again', async () => {
    const { url: slow, databaseAt: at } = await paymentService({
      DEMO_DELAY_SCALE: '1',
      DELAY_CREDIT_CARD_MS: '2000',
      DELAY_VALIDATE_PAYMENT_DATA_MS: '0',
      REQUEST_TIMEOUT_MS: '500',
      PAYMENT_LEASE_MS: '400',
    });
    const order = await newOrder();
    expect((await pay(order, 'past-the-lease', slow)).status).toBe(504);
    expect(await pay(order, 'past-the-lease', slow)).toMatchObject({
      status: 409,
      body: { code: 'PaymentInProgress' },
    });
    expect(await pay(order, 'another-key', slow)).toMatchObject({ status: 409, body: { code: 'PaymentInProgress' } });
    expect(await eventually(async () => (await statusOf(order)) === 'completed')).toBe(true);
    expect(await pay(order, 'past-the-lease', slow)).toMatchObject({ status: 201, body: { status: 'success' } });
    const own = new pg.Client({ connectionString: at });
    await own.connect();
    const { rows } = await own.query('select claim, status from payments where order_id = $1', [order.id]);
    await own.end();
    expect(rows).toEqual([{ claim: 1, status: 'success' }]);
  });
});

describe('a claim whose maker died', () => {
  /** As a crash between the claim and the record leaves it. */
  const abandon = (order: Priced, key: string, age: string) =>
    database.query(
      `insert into payments (order_id, amount_cents, method, status, idempotency_key, fingerprint, claimed_at)
       select $1, $2, 'credit_card', 'processing', $3, encode(sha256(convert_to($4, 'UTF8')), 'hex'), now() - $5::interval`,
      [
        order.id,
        Math.round(order.amount * 100),
        key,
        `${order.id}\n${Math.round(order.amount * 100)}\ncredit_card`,
        age,
      ],
    );

  test('is taken up by a retry after the lease, once', async () => {
    const order = await newOrder();
    await abandon(order, 'abandoned', '1 hour');
    const answers = await Promise.all(Array.from({ length: 10 }, () => pay(order, 'abandoned')));
    expect(new Set(answers.map(({ status, body }) => `${status} ${JSON.stringify(body)}`)).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 201, body: { status: 'success' } });
    expect(await chargedCents(order)).toBe(10799);
  });

  test('does not keep the order from being paid under another key after the lease', async () => {
    const order = await newOrder();
    await abandon(order, 'given-up', '1 hour');
    expect((await pay(order, 'fresh')).status).toBe(201);
    expect(await pay(order, 'given-up')).toMatchObject({
      status: 402,
      body: { detail: 'Payment failed: interrupted' },
    });
    expect(await chargedCents(order)).toBe(10799);
  });

  test('keeps the order until then', async () => {
    const order = await newOrder();
    await abandon(order, 'held', '0 seconds');
    expect(await pay(order, 'impatient')).toMatchObject({ status: 409, body: { code: 'PaymentInProgress' } });
  });
});

describe('a refund', () => {
  const paid = async () => (await pay(await newOrder())).body as { id: number; order_id: number; amount: number };
  const refund = (id: number, body: unknown = {}) => post(`${url}/payments/${id}/refund`, body);

  test('gives back the whole payment where no amount is named, and the order knows', async () => {
    const payment = await paid();
    const { status, body } = await refund(payment.id);
    expect({ status, body }).toEqual({
      status: 201,
      body: {
        refund_id: expect.stringMatching(/^ref_\d{6}$/),
        payment_id: payment.id,
        amount: 107.99,
        status: 'success',
      },
    });
    expect((await ask(`${url}/payments/${payment.id}`)).body.status).toBe('refunded');
    expect(await statusOf({ id: payment.order_id, amount: 0 })).toBe('refunded');
  });

  test('may be in part, never more than was paid', async () => {
    const payment = await paid();
    expect(await refund(payment.id, { amount: 108 })).toMatchObject({
      status: 422,
      body: { code: 'RefundTooHigh', detail: 'Refund amount cannot exceed original payment amount' },
    });
    expect(await refund(payment.id, { amount: 0.01 })).toMatchObject({ status: 201, body: { amount: 0.01 } });
  });

  test('is given once, however many ask at once', async () => {
    const { id } = await paid();
    const answers = await Promise.all(Array.from({ length: 10 }, () => refund(id)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(9).fill(409)]);
  });

  test.each(['9', '99999999999'])('of payment %s is not found', async id => {
    expect((await refund(Number(id))).status).toBe(404);
  });

  test.each([{ amount: 0 }, { amount: -1 }, { amount: 0.001 }, []])('of %p is malformed', async body => {
    expect((await refund((await paid()).id, body)).status).toBe(422);
  });

  test('that is declined leaves all as it was, and can be tried again', async () => {
    const { url: declining, databaseAt: at } = await paymentService({ FAIL_REFUND: '1' });
    const order = await newOrder();
    const { body } = await pay(order, undefined, declining);
    expect(await post(`${declining}/payments/${body.id}/refund`, {})).toMatchObject({
      status: 402,
      body: { code: 'RefundFailed' },
    });
    expect(await statusOf(order)).toBe('completed');
    const { url: accepting } = await paymentService({ DATABASE_URL: at });
    expect((await post(`${accepting}/payments/${body.id}/refund`, {})).status).toBe(201);
  });
});

describe('a refund that takes long', () => {
  const slowly = (env: Record<string, string>) =>
    paymentService({ DATABASE_URL: databaseAt, DEMO_DELAY_SCALE: '1', DELAY_CREDIT_CARD_MS: '0', ...env });
  const paid = async () => (await pay(await newOrder())).body.id as number;

  test('holds no connection meanwhile: as many as ask are served, and so is everybody else', async () => {
    const { url: slow } = await slowly({ DELAY_REFUND_PAYMENT_MS: '3000' });
    const ids = await Promise.all(Array.from({ length: 12 }, paid));
    const refunds = ids.map(id => post(`${slow}/payments/${id}/refund`, {}));
    await sleep(500);
    expect((await ask(`${slow}/payments/${ids[0]}`)).status).toBe(200);
    const statuses = (await Promise.all(refunds)).map(({ status }) => status);
    expect(statuses).toEqual(Array<number>(12).fill(201));
  });

  test('is made once, however long past the lease it takes and whoever asks again', async () => {
    const { url: slow } = await slowly({ DELAY_REFUND_PAYMENT_MS: '1500', PAYMENT_LEASE_MS: '300' });
    const id = await paid();
    const first = post(`${slow}/payments/${id}/refund`, {});
    for (const waitMs of [100, 900]) {
      await sleep(waitMs);
      expect(await post(`${slow}/payments/${id}/refund`, {})).toMatchObject({
        status: 409,
        body: { code: 'NotRefundable', detail: `Payment ${id} is being refunded` },
      });
    }
    expect((await first).status).toBe(201);
    expect((await post(`${slow}/payments/${id}/refund`, {})).body.detail).toBe(`Payment ${id} is refunded`);
  });

  test('and whose maker died can be asked for again after the lease', async () => {
    const id = await paid();
    const claim = (age: string) =>
      database.query(
        'update payments set is_refunding = true, claim = claim + 1, claimed_at = now() - $2::interval where id = $1',
        [id, age],
      );
    await claim('0 seconds');
    expect((await post(`${url}/payments/${id}/refund`, {})).status).toBe(409);
    await claim('1 hour');
    expect((await post(`${url}/payments/${id}/refund`, {})).status).toBe(201);
  });
});

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
