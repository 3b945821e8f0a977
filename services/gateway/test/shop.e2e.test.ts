import { afterAll, describe, expect, test, jest } from '@jest/globals';
import { createApplication } from '@tracelab/service-kit';
import { type Answer, ask, databaseUrl, post, ServiceProcess, Shop } from '@tracelab/test-stack';
import { AppModule } from '../src/app.module.ts';
import { loadConfig } from '../src/config.ts';

// Processes start in these tests, on a machine that may be busy.
jest.setTimeout(60_000);

const stops: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const stop of stops.reverse()) await stop();
});

const shop = await Shop.start();
stops.push(() => shop.stop());
const { url } = shop.gateway;

/** A gateway in front of the same services, but for those that are given. */
async function gatewayWith(env: Record<string, string>): Promise<string> {
  const config = loadConfig({
    USER_URL: shop.user.url,
    ORDER_URL: shop.order.url,
    PAYMENT_URL: shop.payment.url,
    LOG_LEVEL: 'silent',
    ...env,
  });
  const app = await createApplication(AppModule.with(config), config);
  await app.listen(0, '127.0.0.1');
  stops.push(() => app.close());
  return app.getUrl();
}

async function service(name: 'order' | 'payment', env: Record<string, string>): Promise<string> {
  const process = await ServiceProcess.start({
    service: name,
    env: {
      DATABASE_URL: await databaseUrl(name),
      ORDER_URL: shop.order.url,
      DEMO_DELAY_SCALE: '0',
      FAIL_INVENTORY: '0',
      FAIL_PAYMENT: '0',
      ...env,
    },
  });
  stops.push(() => process.stop());
  return process.url;
}

const flow = (userId: number | string, at = url): Promise<Answer> => ask(`${at}/demo/full-flow/${userId}`);

describe('the gateway itself', () => {
  test('says what it is', async () => {
    expect((await ask(`${url}/`)).body).toEqual({ message: 'NestJS with Jaeger Tracing Demo', status: 'running' });
  });

  test('is healthy under its own name', async () => {
    expect((await ask(`${url}/health`)).body).toEqual({ status: 'healthy', service: 'gateway' });
    expect((await ask(`${url}/health/live`)).body).toEqual({ status: 'healthy', service: 'gateway' });
    expect((await ask(`${url}/health/ready`)).body).toMatchObject({ status: 'ready' });
  });

  test('is healthy under the name that it is given', async () => {
    const named = await gatewayWith({ SERVICE_NAME: 'fastapi-jaeger-demo' });
    expect((await ask(`${named}/health`)).body).toEqual({ status: 'healthy', service: 'fastapi-jaeger-demo' });
  });

  test('lets any page call it, with any method and header', async () => {
    const { status, headers } = await ask(`${url}/orders/101/status`, {
      method: 'OPTIONS',
      headers: {
        origin: 'http://elsewhere.test',
        'access-control-request-method': 'PATCH',
        'access-control-request-headers': 'content-type,idempotency-key,traceparent',
      },
    });
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('access-control-allow-methods')).toContain('PATCH');
    expect(headers.get('access-control-allow-headers')).toBe('content-type,idempotency-key,traceparent');
  });

  test('lets only the pages call it that the setting names', async () => {
    const one = await gatewayWith({ CORS_ORIGIN: 'http://shop.test' });
    const none = await gatewayWith({ CORS_ORIGIN: 'off' });
    const allowed = async (at: string) =>
      (await ask(`${at}/health`, { headers: { origin: 'http://elsewhere.test' } })).headers.get(
        'access-control-allow-origin',
      );
    expect(await allowed(one)).not.toBe('http://elsewhere.test');
    expect(await allowed(one)).not.toBe('*');
    expect(await allowed(none)).toBeNull();
  });
});

describe('through the gateway', () => {
  test('users, orders and payments are what their services say', async () => {
    for (const [path, at] of [
      ['/users/3', shop.user.url],
      ['/users?limit=2', shop.user.url],
      ['/users/1/orders', shop.user.url],
      ['/orders/102', shop.order.url],
      ['/orders?user_id=2', shop.order.url],
    ] as const) {
      const [here, there] = [await ask(url + path), await ask(at + path)];
      expect({ path, status: here.status, body: here.body }).toEqual({ path, status: 200, body: there.body });
    }
  });

  test.each([
    ['/users/99', 404, 'UserNotFound', 'User 99 not found'],
    ['/users/99999999999', 404, 'UserNotFound', 'User 99999999999 not found'],
    ['/users/99/orders', 404, 'UserNotFound', 'User 99 not found'],
    ['/orders/7', 404, 'OrderNotFound', 'Order 7 not found'],
    ['/payments/7', 404, 'PaymentNotFound', 'Payment 7 not found'],
    ['/users/abc', 422, 'InvalidRequest', 'user_id: must be an integer of at most 15 digits'],
    ['/nothing', 404, 'UnknownPath', 'Nothing answers GET /nothing'],
  ])('%s is refused with %d %s', async (path, status, code, detail) => {
    const answer = await ask(url + path);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body).toMatchObject({ type: `urn:tracelab:problem:${code}`, status, code, detail });
  });

  test.each([
    ['/users', { name: 'Ada' }, "Missing required fields: ['email']"],
    ['/orders', { user_id: 1 }, "Missing required fields: ['amount']"],
    ['/orders', { user_id: 1, amount: -5 }, 'Order amount must be positive'],
    ['/payments', { order_id: 1, amount: 1 }, "Missing required fields: ['method']"],
    [
      '/payments',
      { order_id: 1, amount: 1, method: 'cash' },
      'Invalid payment method. Must be one of: [credit_card, debit_card, paypal, bank_transfer]',
    ],
  ])("POST %s of %j is refused in the service's own words", async (path, body, detail) => {
    const answer = await post(url + path, body);
    expect(answer).toMatchObject({ status: 422, body: { code: 'InvalidRequest', detail } });
    expect(answer.body.errors[0].path).toMatch(/^body\./);
  });

  test.each(['/users', '/orders', '/payments'])('POST %s of no object, or of nothing, is refused', async path => {
    for (const body of [[], 'text', null]) expect((await post(url + path, body)).status).toBe(422);
    expect((await ask(url + path, { method: 'POST' })).status).toBe(422);
  });

  test('a user, an order, its payment and its refund are made one after the other', async () => {
    const user = await post(`${url}/users`, { name: 'Ada', email: 'ada@example.com' });
    const order = await post(`${url}/orders`, { user_id: user.body.id, amount: 99.99, items: ['a'] });
    expect(order).toMatchObject({ status: 201, body: { amount: 107.99, status: 'pending' } });
    const paying = { order_id: order.body.id, amount: 107.99, method: 'paypal' };
    const paid = await post(`${url}/payments`, paying, { 'idempotency-key': 'one-after-the-other' });
    expect(paid).toMatchObject({ status: 201, body: { status: 'success', gateway_fee: 3.13 } });
    expect(await post(`${url}/payments`, paying, { 'idempotency-key': 'one-after-the-other' })).toMatchObject({
      status: 201,
      body: paid.body,
    });
    expect((await ask(`${url}/users/${user.body.id}/orders`)).body).toEqual([{ ...order.body, status: 'completed' }]);
    expect((await post(`${url}/payments/${paid.body.id}/refund`, { amount: 7.99 })).body.amount).toBe(7.99);
    expect((await ask(`${url}/orders/${order.body.id}`)).body.status).toBe('refunded');
  });

  test('a decline keeps its code', async () => {
    const declining = await gatewayWith({ PAYMENT_URL: await service('payment', { FAIL_PAYMENT: '1' }) });
    const { body: order } = await post(`${url}/orders`, { user_id: 1, amount: 1 });
    const { status, body } = await post(`${declining}/payments`, {
      order_id: order.id,
      amount: 1.08,
      method: 'paypal',
    });
    expect(status).toBe(402);
    expect(body.error_code).toMatch(/^(insufficient_funds|card_declined|expired_card|invalid_cvv)$/);
    expect(body.payment_id).toBe(1001);
  });
});

describe('the full flow', () => {
  test.each([1, 2, 3])('of user %d answers with the user, the order and the payment', async id => {
    const { status, body } = await flow(id);
    expect(status).toBe(200);
    expect(body).toEqual({
      user: (await ask(`${url}/users/${id}`)).body,
      order: { id: expect.any(Number), user_id: id, amount: 107.99, items: ['item1', 'item2'], status: 'pending' },
      payment: expect.objectContaining({
        order_id: body.order.id,
        amount: 107.99,
        method: 'credit_card',
        status: 'success',
      }),
      flow_status: 'completed',
    });
    expect((await ask(`${url}/orders/${body.order.id}`)).body.status).toBe('completed');
  });

  test.each(['99', '99999999999'])('of user %s, who is not there, is a 404 at its first step', async id => {
    const { status, body } = await flow(id);
    expect(status).toBe(404);
    expect(body).toEqual({
      type: 'urn:tracelab:problem:UserNotFound',
      title: 'No such user',
      status: 404,
      detail: `Flow failed: User ${id} not found`,
      code: 'UserNotFound',
      flow_status: 'failed',
      step: 'user_retrieved',
      completed: [],
    });
  });

  test('stops at the order when something is out of stock, and tells what was done', async () => {
    const without = await gatewayWith({ ORDER_URL: await service('order', { FAIL_INVENTORY: '1' }) });
    expect(await flow(1, without)).toMatchObject({
      status: 409,
      body: {
        code: 'OutOfStock',
        detail: 'Flow failed: Some items are out of stock',
        flow_status: 'failed',
        step: 'order_created',
        completed: ['user_retrieved'],
        user: { id: 1 },
      },
    });
  });

  test('stops at the payment when it is declined, says why once, and leaves the order pending', async () => {
    const declining = await gatewayWith({ PAYMENT_URL: await service('payment', { FAIL_PAYMENT: '1' }) });
    const { status, body } = await flow(2, declining);
    expect(status).toBe(402);
    expect(body).toMatchObject({
      code: 'PaymentDeclined',
      flow_status: 'failed',
      step: 'payment_processed',
      completed: ['user_retrieved', 'order_created'],
      user: { id: 2 },
      error_code: expect.any(String),
    });
    expect(body.detail).toBe(`Flow failed: Payment failed: ${body.error_code.replace('_', ' ')}`);
    expect((await ask(`${url}/orders/${body.order.id}`)).body.status).toBe('pending');
  });
});

test('with one seed, the same requests have the same outcomes in every run', async () => {
  const outcomesOf = async (seed: string) => {
    const seeded = await Shop.start({
      env: { DEMO_SEED: seed, FAIL_INVENTORY: '0.2', FAIL_PAYMENT: '0.3' },
    });
    const outcomes: string[] = [];
    for (let i = 0; i < 25; i++) {
      const { status, body } = await flow((i % 3) + 1, seeded.gateway.url);
      const payment = body.payment ?? {};
      outcomes.push(
        [status, body.error_code, payment.transaction_id, payment.processing_time, body.order?.id].join(' '),
      );
    }
    await seeded.stop();
    return outcomes;
  };
  const [first, second] = [await outcomesOf('42'), await outcomesOf('42')];
  expect(new Set(first.map(outcome => outcome.slice(0, 3)))).toEqual(new Set(['200', '402', '409']));
  expect(second).toEqual(first);
});
