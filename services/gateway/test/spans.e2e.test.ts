import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import {
  type Answer,
  ask,
  databaseUrl,
  post,
  type Question,
  ServiceProcess,
  Shop,
  TraceReceiver,
} from '@tracelab/test-stack';
import { plainOf, type SpanNode } from '@tracelab/trace-model';

// Processes start in these tests, on a machine that may be busy.
jest.setTimeout(60_000);

const receiver = await TraceReceiver.start();
const shop = await Shop.start({ isTraced: true, env: receiver.settings });
const unlucky = await Shop.start({
  isTraced: true,
  env: { ...receiver.settings, FAIL_NOTIFICATION: '1', FAIL_CONFIRMATION: '1', FAIL_PAYMENT: '1' },
});
const unstocked = await ServiceProcess.start({
  service: 'order',
  nodeArgs: ['--import', '@tracelab/tracing/register'],
  env: { ...receiver.settings, DATABASE_URL: await databaseUrl('orders'), DEMO_DELAY_SCALE: '0', FAIL_INVENTORY: '1' },
});
afterAll(async () => {
  await Promise.all([shop, unlucky, unstocked].map(each => each.stop()));
  await receiver.stop();
});

let spans: readonly SpanNode[] = [];
const traceIds: string[] = [];

async function seen(answer: Promise<Answer>): Promise<Answer> {
  const got = await answer;
  traceIds.push(got.headers.get('traceresponse')?.split('-')[1] ?? 'none');
  return got;
}

const get = (path: string, question: Question = {}) => seen(ask(`${shop.gateway.url}${path}`, question));
const idOf = ({ body }: Answer) => (body as { id: number }).id;

beforeAll(async () => {
  const at = (url: string, path: string, body: unknown) => seen(post(`${url}${path}`, body));
  const { url } = shop.gateway;
  await get('/');
  await at(url, '/users', { name: 'Ada', email: 'ada@example.com' });
  for (const path of ['/users/1', '/users/99', '/users/1/orders', '/orders/101', '/orders/7']) await get(path);
  const order = idOf(await at(url, '/orders', { user_id: 1, amount: 99.99, items: ['item1', 'item2'] }));
  const payment = idOf(await at(url, '/payments', { order_id: order, amount: 107.99, method: 'credit_card' }));
  await get(`/payments/${payment}`);
  await at(url, `/payments/${payment}/refund`, {});
  await get('/orders/102/status', { method: 'PATCH', body: { status: 'cancelled' } });
  await get('/demo/full-flow/1');
  await get('/demo/full-flow/99');
  // Past the gateway, which refuses them before the services see them.
  await at(shop.user.url, '/users', { name: 'Ada' });
  await at(shop.order.url, '/orders', { user_id: 1, amount: -1 });
  await at(shop.payment.url, '/payments', { order_id: 101, amount: 10, method: 'cash' });
  await at(unlucky.gateway.url, '/orders', { user_id: 1, amount: 10 });
  await seen(ask(`${unlucky.gateway.url}/demo/full-flow/1`));
  await at(unstocked.url, '/orders', { user_id: 1, amount: 10, items: ['item1'] });
  await ask(`${url}/health`);
  const traces = await Promise.all(traceIds.map(id => receiver.trace(id)));
  spans = traces.flatMap(({ nodes }) => nodes);
});

const attributesOf = ({ span }: SpanNode) =>
  Object.fromEntries(span.attributes.map(({ key, value }) => [key, plainOf(value)]));
const named = (name: string) => spans.filter(({ span }) => span.name === name);
/** Whether some span of this name has all of these keys at once. */
const hasTogether = (name: string, keys: readonly string[]) =>
  named(name).some(node => keys.every(key => key in attributesOf(node)));

describe('of the older demo', () => {
  const endpoint = ['endpoint', 'method'];
  const step = ['service', 'operation'];
  test.each([
    ['root_endpoint', [...endpoint]],
    ['get_user_endpoint', [...endpoint, 'user_id', 'user.found']],
    ['create_user_endpoint', [...endpoint, 'user.name', 'user.created_id']],
    ['get_order_endpoint', [...endpoint, 'order_id', 'order.found']],
    ['create_order_endpoint', [...endpoint, 'order.user_id', 'order.amount', 'order.created_id']],
    ['process_payment_endpoint', [...endpoint, 'payment.order_id', 'payment.amount', 'payment.status']],
    ['demo_full_flow', [...endpoint, 'user_id', 'step', 'order.id', 'payment.status']],
    ['user_service.get_user', [...step, 'user_id', 'user.found', 'user.name', 'user.status']],
    ['user_service.create_user', [...step, 'user.name', 'user.created_id']],
    ['user_service.validate_user_data', [...step, 'validation.success']],
    ['user_service.get_user_orders', [...step, 'user_id', 'orders.count']],
    [
      'order_service.get_order',
      [...step, 'order_id', 'order.found', 'order.user_id', 'order.amount', 'order.status', 'order.items_count'],
    ],
    ['order_service.create_order', [...step, 'order.user_id', 'order.amount', 'order.created_id']],
    ['order_service.validate_order_data', [...step, 'validation.success']],
    ['order_service.check_inventory', [...step, 'items.count', 'inventory.available', 'inventory.item1']],
    [
      'order_service.calculate_total',
      [...step, 'calculation.base_amount', 'calculation.tax_rate', 'calculation.tax', 'calculation.total'],
    ],
    [
      'order_service.send_notification',
      [...step, 'notification.order_id', 'notification.user_id', 'notification.success', 'notification.type'],
    ],
    [
      'order_service.update_status',
      [...step, 'order_id', 'new_status', 'order.found', 'order.old_status', 'order.updated'],
    ],
    ['payment_service.process_payment', [...step, 'payment.order_id', 'payment.amount', 'payment.method']],
    ['payment_service.validate_payment_data', [...step, 'validation.success']],
    [
      'payment_service.gateway_processing',
      [
        ...step,
        ...['provider', 'method', 'amount', 'processing_time', 'success', 'transaction_id', 'fee'].map(
          key => `gateway.${key}`,
        ),
      ],
    ],
    ['payment_service.record_payment', [...step, 'payment.recorded', 'payment.id']],
    [
      'payment_service.send_confirmation',
      [...step, ...['payment_id', 'order_id', 'success', 'type'].map(key => `confirmation.${key}`)],
    ],
    ['payment_service.get_payment', [...step]],
    ['payment_service.refund_payment', [...step]],
  ])('%s is a span with the keys it had: %p', (name, keys) => {
    expect(named(name)).not.toEqual([]);
    expect(hasTogether(name, keys)).toBe(true);
  });

  test.each([
    ['get_user_endpoint', { 'user.found': false, error: 'User 99 not found' }],
    ['get_order_endpoint', { 'order.found': false, error: 'Order 7 not found' }],
    ['demo_full_flow', { flow_status: 'failed' }],
    ['user_service.validate_user_data', { 'validation.success': false, 'validation.missing_fields': ['email'] }],
    ['order_service.validate_order_data', { 'validation.success': false, 'validation.error': 'invalid_amount' }],
    ['payment_service.validate_payment_data', { 'validation.success': false, 'validation.error': 'invalid_method' }],
    ['order_service.check_inventory', { 'inventory.available': false, 'inventory.error': 'out_of_stock' }],
    ['order_service.send_notification', { 'notification.success': false, 'notification.error': 'delivery_failed' }],
    ['payment_service.gateway_processing', { 'gateway.success': false }],
  ])('a failed %s says so: %j', (name, attributes) => {
    expect(named(name).map(attributesOf)).toContainEqual(expect.objectContaining(attributes));
  });

  test('the declined payment carries its reason in both of its steps', () => {
    const [declined] = named('payment_service.gateway_processing')
      .map(attributesOf)
      .filter(each => each['gateway.success'] === false);
    const reason: unknown = declined?.['gateway.error_code'];
    expect(reason).toMatch(/insufficient_funds|card_declined|expired_card|invalid_cvv/);
    expect(named('payment_service.record_payment').map(attributesOf)).toContainEqual(
      expect.objectContaining({ 'payment.error': reason }),
    );
  });
});

describe('unlike the older demo', () => {
  test('no span carries an e-mail address', () => {
    expect(spans.filter(node => 'user.email' in attributesOf(node))).toEqual([]);
    expect(JSON.stringify(spans.map(attributesOf))).not.toContain('@example.com');
  });

  test('a health check makes no span', () => {
    expect(spans.filter(({ span }) => /health/.test(span.name))).toEqual([]);
  });

  test('an unknown user is told by its stable code', () => {
    expect(named('user_service.get_user').map(attributesOf)).toContainEqual(
      expect.objectContaining({ 'user.found': false, 'error.type': 'UserNotFound' }),
    );
  });

  test('the total is in whole cents', () => {
    const totals = named('order_service.calculate_total').map(node => attributesOf(node)['calculation.total']);
    expect(totals).toContain(107.99);
  });

  test('every span says which process of which service sent it, and in which environment', () => {
    const resources = [...new Set(spans.map(({ span }) => span.resource))];
    for (const { attributes } of resources) {
      const keys = attributes.map(({ key }) => key);
      expect(keys).toEqual(
        expect.arrayContaining([
          'service.name',
          'service.version',
          'service.instance.id',
          'deployment.environment.name',
        ]),
      );
    }
  });
});
