import { describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, post } from '@tracelab/test-stack';
import pg from 'pg';
import {
  bodyFor,
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
