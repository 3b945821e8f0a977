import { describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, post } from '@tracelab/test-stack';
import { database, databaseAt, newOrder, pay, paymentService, statusOf, url } from './payment-shop.ts';

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
