import { afterAll, describe, expect, jest, test } from '@jest/globals';
import { type Answer, ask, post, Shop, TraceReceiver } from '@tracelab/test-stack';
import { plainOf, type SpanNode, type Trace } from '@tracelab/trace-model';

// Processes start in these tests, on a machine that may be busy.
jest.setTimeout(60_000);

const receiver = await TraceReceiver.start();
const shop = await Shop.start({ isTraced: true, env: { ...receiver.settings, LOG_LEVEL: 'info' } });
afterAll(async () => {
  await shop.stop();
  await receiver.stop();
});

const FULL_FLOW = `
gateway server GET /demo/full-flow/:user_id
  gateway internal demo_full_flow
    gateway client GET
      user server GET /users/:user_id
        user internal user_service.get_user
          user client SELECT users
    gateway client POST
      order server POST /orders
        order internal order_service.create_order
          order internal order_service.validate_order_data
          order internal order_service.check_inventory
          order internal order_service.calculate_total
          order client INSERT orders
          order internal order_service.send_notification
    gateway client POST
      payment server POST /payments
        payment internal payment_service.process_payment
          payment internal payment_service.validate_payment_data
          payment client SELECT payments
          payment client GET
            order server GET /orders/:order_id
              order internal order_service.get_order
                order client SELECT orders
          payment client UPDATE payments
          payment client INSERT payments
          payment internal payment_service.gateway_processing
          payment internal payment_service.record_payment
            payment client UPDATE payments
          payment internal payment_service.send_confirmation
          payment client PATCH
            order server PATCH /orders/:order_id/status
              order internal order_service.update_status
                order client SELECT orders
                order client UPDATE orders
          payment client UPDATE payments`;

const traceIdOf = ({ headers }: Answer): string => headers.get('traceresponse')?.split('-')[1] ?? 'none';

/** A span and what happened in it, on a line each: `service kind name !status`, indented by depth. */
function drawn(trace: Trace): string[] {
  return trace.nodes.map(({ depth, span }) => {
    const status = span.status.code === 'error' ? ' !error' : '';
    return `${'  '.repeat(depth)}${span.service} ${span.kind} ${span.name}${status}`;
  });
}

const attributesOf = ({ span }: SpanNode) =>
  Object.fromEntries(span.attributes.map(({ key, value }) => [key, plainOf(value)]));
const named = (trace: Trace, name: string): SpanNode => {
  const found = trace.nodes.find(({ span }) => span.name === name);
  if (found === undefined) throw new Error(`no span ${name} in\n${drawn(trace).join('\n')}`);
  return found;
};
const eventsOf = ({ span }: SpanNode) => span.events.map(({ name }) => name);

function expectWellFormed(trace: Trace): void {
  expect(trace.roots).toHaveLength(1);
  expect(trace.nodes.filter(({ isOrphan }) => isOrphan)).toEqual([]);
  // A server knows that its answer has left only after its caller may have it; on a busy machine, a good while after.
  const slackNs = ({ span }: SpanNode) => (span.kind === 'server' ? 200_000_000 : 1_000_000);
  const sticksOut = (node: SpanNode) =>
    node.parent !== undefined &&
    (node.startNs < node.parent.startNs - 1_000_000 || node.endNs > node.parent.endNs + slackNs(node));
  expect(trace.nodes.filter(sticksOut).map(({ span }) => span.name)).toEqual([]);
}

const logsWith = (traceId: string, output: string) =>
  output
    .split('\n')
    .filter(line => line.includes(traceId))
    .map(line => JSON.parse(line) as Record<string, unknown>);

describe('a full flow', () => {
  test('is one tree over four services, with every step, call and query in its place', async () => {
    const answer = await ask(`${shop.gateway.url}/demo/full-flow/2`);
    const trace = await receiver.trace(traceIdOf(answer));
    expect(answer.status).toBe(200);
    expectWellFormed(trace);
    expect(`\n${drawn(trace).join('\n')}`).toBe(FULL_FLOW);
  });

  test('carries what the older demo told, and the events of the business', async () => {
    const answer = await ask(`${shop.gateway.url}/demo/full-flow/1`);
    const trace = await receiver.trace(traceIdOf(answer));
    const { order, payment } = answer.body as { order: { id: number }; payment: { id: number } };
    expect(attributesOf(named(trace, 'GET /demo/full-flow/:user_id'))).toMatchObject({
      'http.request.method': 'GET',
      'http.route': '/demo/full-flow/:user_id',
      'http.response.status_code': 200,
      'url.path': '/demo/full-flow/1',
    });
    expect(attributesOf(named(trace, 'demo_full_flow'))).toMatchObject({
      endpoint: '/demo/full-flow/{user_id}',
      method: 'GET',
      user_id: 1,
      step: 'payment_processed',
      'order.id': order.id,
      'payment.status': 'success',
    });
    expect(attributesOf(named(trace, 'user_service.get_user'))).toMatchObject({
      service: 'user',
      operation: 'get_user',
      user_id: 1,
      'user.found': true,
      'user.name': 'John Doe',
      'user.status': 'active',
    });
    const created = named(trace, 'order_service.create_order');
    expect(attributesOf(created)).toMatchObject({
      'order.user_id': 1,
      'order.amount': 99.99,
      'order.created_id': order.id,
    });
    expect(eventsOf(created)).toEqual(['order.validated', 'order.created']);
    expect(attributesOf(named(trace, 'order_service.calculate_total'))).toMatchObject({
      'calculation.base_amount': 99.99,
      'calculation.tax_rate': 0.08,
      'calculation.tax': 8,
      'calculation.total': 107.99,
    });
    expect(attributesOf(named(trace, 'order_service.check_inventory'))).toMatchObject({
      'items.count': 2,
      'inventory.available': true,
      'inventory.item1': 'available',
    });
    const charged = named(trace, 'payment_service.gateway_processing');
    expect(attributesOf(charged)).toMatchObject({
      'gateway.provider': 'mock_gateway',
      'gateway.method': 'credit_card',
      'gateway.amount': 107.99,
      'gateway.success': true,
      'gateway.fee': 3.13,
    });
    expect(eventsOf(charged)).toEqual(['payment.authorized']);
    expect(attributesOf(named(trace, 'payment_service.record_payment'))).toMatchObject({
      'payment.recorded': true,
      'payment.id': payment.id,
    });
    expect(attributesOf(named(trace, 'INSERT orders'))).toMatchObject({
      'db.system.name': 'postgresql',
      'db.operation.name': 'INSERT',
      'db.collection.name': 'orders',
    });
    expect(attributesOf(named(trace, 'INSERT orders'))['db.query.text']).not.toMatch(/item1|10799/);
  });

  test("writes the trace's id on every log line of the way", async () => {
    const traceId = traceIdOf(await ask(`${shop.gateway.url}/demo/full-flow/1`));
    const trace = await receiver.trace(traceId);
    const ids = new Set(trace.nodes.map(({ span }) => span.spanId));
    for (const service of [shop.gateway, shop.user, shop.order, shop.payment]) {
      const lines = logsWith(traceId, service.output);
      expect(lines.length).toBeGreaterThan(0);
      for (const line of lines) expect(ids).toContain(line.span_id);
    }
  });

  test('100 at once are 100 whole trees, none mixed with another', async () => {
    const users = Array.from({ length: 100 }, (_, i) => 1 + (i % 3));
    const answers = await Promise.all(users.map(id => ask(`${shop.gateway.url}/demo/full-flow/${id}`)));
    const traces = await Promise.all(answers.map(answer => receiver.trace(traceIdOf(answer), 40_000)));
    const trees = traces.map((trace, i) => {
      expect(trace.roots).toHaveLength(1);
      const asked = trace.nodes.filter(({ span }) => span.name === 'user_service.get_user').map(attributesOf);
      expect(asked.map(({ user_id }) => user_id)).toEqual([users[i]]);
      const { order } = answers[i]?.body as { order: { id: number } };
      expect(attributesOf(named(trace, 'order_service.create_order'))['order.created_id']).toBe(order.id);
      // A user may be cached, and the sweep may have told an order before the request that paid it does.
      return trace.nodes
        .map(({ span }) => `${span.service} ${span.name}`)
        .filter(each => each !== 'user SELECT users' && each !== 'order UPDATE orders')
        .sort()
        .join('\n');
    });
    expect([...new Set(trees)].slice(1)).toEqual([]);
  });
});

describe('an unknown user', () => {
  test('is a 404 that no server span calls its failure, and the exception is recorded once', async () => {
    const answer = await ask(`${shop.gateway.url}/demo/full-flow/99`);
    const trace = await receiver.trace(traceIdOf(answer));
    expect(answer.status).toBe(404);
    expect((answer.body as { traceId: string }).traceId).toBe(traceIdOf(answer));
    expect(drawn(trace)).toEqual([
      'gateway server GET /demo/full-flow/:user_id',
      '  gateway internal demo_full_flow !error',
      '    gateway client GET !error',
      '      user server GET /users/:user_id',
      '        user internal user_service.get_user !error',
      '          user client SELECT users',
    ]);
    expect(attributesOf(named(trace, 'user_service.get_user'))).toMatchObject({
      'user.found': false,
      'error.type': 'UserNotFound',
    });
    const recorded = trace.nodes.filter(
      ({ span }) => span.service === 'user' && eventsOf({ span } as SpanNode).includes('exception'),
    );
    expect(recorded.map(({ span }) => span.name)).toEqual(['user_service.get_user']);
    expect(attributesOf(named(trace, 'demo_full_flow'))).toMatchObject({ flow_status: 'failed' });
  });
});

describe('a cached user', () => {
  test('is read without a query, and the trace says which it was', async () => {
    const { id } = (await post(`${shop.gateway.url}/users`, { name: 'Ada', email: 'ada@example.com' })).body as {
      id: number;
    };
    const [miss, hit] = [
      await receiver.trace(traceIdOf(await ask(`${shop.gateway.url}/users/${id}`))),
      await receiver.trace(traceIdOf(await ask(`${shop.gateway.url}/users/${id}`))),
    ];
    expect(eventsOf(named(miss, 'user_service.get_user'))).toEqual(['cache.miss']);
    expect(eventsOf(named(hit, 'user_service.get_user'))).toEqual(['cache.hit']);
    expect(named(miss, 'SELECT users').parent?.span.name).toBe('user_service.get_user');
    expect(hit.nodes.map(({ span }) => span.name)).not.toContain('SELECT users');
    expect(attributesOf(named(miss, 'get_user_endpoint'))).toMatchObject({ 'user.found': true, user_id: id });
  });
});

describe('a declined payment', () => {
  test('says why, where the card processor said it', async () => {
    const declining = await Shop.start({
      isTraced: true,
      env: { ...receiver.settings, FAIL_PAYMENT: '1', DEMO_SEED: '42' },
    });
    try {
      const answer = await ask(`${declining.gateway.url}/demo/full-flow/1`);
      const trace = await receiver.trace(traceIdOf(answer));
      expect(answer.status).toBe(402);
      expectWellFormed(trace);
      const charged = named(trace, 'payment_service.gateway_processing');
      const { error_code } = answer.body as { error_code: string };
      expect(eventsOf(charged)).toEqual(['payment.declined']);
      expect(attributesOf(charged)).toMatchObject({ 'gateway.success': false, 'gateway.error_code': error_code });
      expect(attributesOf(named(trace, 'payment_service.record_payment'))).toMatchObject({
        'payment.error': error_code,
      });
      expect(named(trace, 'payment_service.process_payment').span.status.code).toBe('error');
      expect(named(trace, 'POST /payments').span.status.code).not.toBe('error');
      expect(trace.nodes.map(({ span }) => span.name)).not.toContain('payment_service.send_confirmation');
    } finally {
      await declining.stop();
    }
  });
});

describe('a dead payment service', () => {
  test('is a failed call in a trace that is whole without it', async () => {
    const { payment } = shop;
    payment.kill();
    const answer = await ask(`${shop.gateway.url}/demo/full-flow/1`);
    const trace = await receiver.trace(traceIdOf(answer));
    await payment.start();
    expect(answer.status).toBe(503);
    expectWellFormed(trace);
    const calls = trace.nodes.filter(({ span }) => span.kind === 'client' && span.name === 'POST');
    const failed = calls.filter(({ span }) => span.status.code === 'error');
    expect(failed.length).toBeGreaterThan(0);
    expect(trace.nodes.some(({ span }) => span.service === 'payment')).toBe(false);
    expect(trace.roots[0]?.span.status.code).toBe('error');
    expect(attributesOf(named(trace, 'demo_full_flow'))).toMatchObject({
      flow_status: 'failed',
      step: 'order_created',
    });
  });
});

test('metrics count what the business did', async () => {
  await ask(`${shop.gateway.url}/demo/full-flow/1`);
  const [gateway, order, payment] = await Promise.all(
    [shop.gateway, shop.order, shop.payment].map(async ({ url }) => (await fetch(`${url}/metrics`)).text()),
  );
  expect(gateway).toMatch(/shop_flows_total\{[^}]*flow_status="completed"[^}]*\} [1-9]/);
  expect(gateway).toMatch(/http_server_request_duration_count\{[^}]*http_route="\/demo\/full-flow\/:user_id"/);
  expect(order).toMatch(/shop_orders_created_total(\{[^}]*\})? [1-9]/);
  expect(payment).toMatch(/shop_payments_total\{[^}]*payment_status="success"[^}]*\} [1-9]/);
});
