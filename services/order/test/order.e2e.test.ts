import { afterAll, describe, expect, test, jest } from '@jest/globals';
import { createApplication } from '@tracelab/service-kit';
import { ask, databaseUrl, post } from '@tracelab/test-stack';
import { AppModule } from '../src/app.module.ts';
import { loadConfig } from '../src/config.ts';

// Processes start in these tests, on a machine that may be busy.
jest.setTimeout(60_000);

const stops: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const stop of stops) await stop();
});

async function orderService(env: Record<string, string> = {}): Promise<string> {
  const config = loadConfig({
    DATABASE_URL: await databaseUrl('orders'),
    DEMO_DELAY_SCALE: '0',
    FAIL_INVENTORY: '0',
    FAIL_NOTIFICATION: '0',
    LOG_LEVEL: 'silent',
    ...env,
  });
  const app = await createApplication(await AppModule.with(config), config);
  await app.listen(0, '127.0.0.1');
  stops.push(() => app.close());
  return app.getUrl();
}

const url = await orderService();
const order = (fields: object) => post(`${url}/orders`, { user_id: 1, amount: 10, ...fields });
const changeTo = (id: number, status: string) =>
  ask(`${url}/orders/${id}/status`, { method: 'PATCH', body: { status } });

test('the first orders are 101 and 102', async () => {
  expect((await ask(`${url}/orders/101`)).body).toEqual({
    id: 101,
    user_id: 1,
    amount: 29.99,
    items: ['item1', 'item2'],
    status: 'completed',
  });
  expect((await ask(`${url}/orders/102`)).body).toEqual({
    id: 102,
    user_id: 2,
    amount: 49.99,
    items: ['item3'],
    status: 'pending',
  });
});

test('the next order gets number 103, is pending, and costs 8 % more', async () => {
  const { status, body } = await order({ amount: 99.99, items: ['a', 'b'] });
  expect(status).toBe(201);
  expect(body).toEqual({ id: 103, user_id: 1, amount: 107.99, items: ['a', 'b'], status: 'pending' });
  expect((await ask(`${url}/orders/103`)).body).toEqual(body);
});

test.each(['7', '0', '-5', '2147483648', '99999999999'])('order %s is not found', async id => {
  const { status, body } = await ask(`${url}/orders/${id}`);
  expect({ status, detail: body.detail }).toEqual({ status: 404, detail: `Order ${id} not found` });
});

describe('the total is in whole cents', () => {
  test.each([
    [0.01, 0.01],
    [0.06, 0.06],
    [0.07, 0.08],
    [1.1, 1.19],
    [9.95, 10.75],
    [29.99, 32.39],
    [1234567.89, 1333333.32],
    [10_000_000, 10_800_000],
  ])('%d becomes %d', async (amount, total) => {
    expect((await order({ amount })).body.amount).toBe(total);
  });
});

describe('an order is refused', () => {
  const detailOf = async (body: unknown) => {
    const { status, body: problem } = await post(`${url}/orders`, body);
    expect(status).toBe(422);
    return problem.detail as string;
  };

  test('without a user or an amount, by name', async () => {
    expect(await detailOf({ amount: 1 })).toBe("Missing required fields: ['user_id']");
    expect(await detailOf({})).toBe("Missing required fields: ['user_id', 'amount']");
  });

  test.each([0, -0.01, -5])('when it costs %d', async amount => {
    expect(await detailOf({ user_id: 1, amount })).toBe('Order amount must be positive');
  });

  test.each([0.001, 99.999, 10_000_000.01, '10', null, 1e300])('when it costs %p', async amount => {
    await detailOf({ user_id: 1, amount });
  });

  test.each([[Array(101).fill('x')], [['x'.repeat(101)]], [['a\0b']], ['item1'], [[1]]])(
    'with items that cannot be: %#',
    async items => {
      await detailOf({ user_id: 1, amount: 1, items });
    },
  );

  test.each([0, -1, 1.5, 2 ** 31, '1'])('for user %p', async user_id => {
    await detailOf({ user_id, amount: 1 });
  });

  test.each([[[]], 'text', 7, null])('when it is %p', async body => {
    await detailOf(body);
  });
});

describe('items are kept as they are', () => {
  test.each([
    [[]],
    [['ein Stück Käse', '商品', '🧀', 'a,"b"{c}\\', '']],
    [Array.from({ length: 100 }, (_, i) => `item${i}`)],
  ])('%#', async items => {
    const { body } = await order({ items });
    expect((await ask(`${url}/orders/${body.id}`)).body.items).toEqual(items);
  });

  test('none where none are named', async () => {
    expect((await order({})).body.items).toEqual([]);
  });
});

describe('what the world does', () => {
  test('out of stock refuses the order, and none is kept', async () => {
    const without = await orderService({ FAIL_INVENTORY: '1' });
    const { status, body } = await post(`${without}/orders`, { user_id: 1, amount: 1 });
    expect({ status, code: body.code, detail: body.detail }).toEqual({
      status: 409,
      code: 'OutOfStock',
      detail: 'Some items are out of stock',
    });
    expect((await ask(`${without}/orders?after=102`)).body).toEqual([]);
  });

  test('a malformed order is refused before the stock is looked at', async () => {
    const without = await orderService({ FAIL_INVENTORY: '1' });
    expect((await post(`${without}/orders`, { user_id: 1 })).status).toBe(422);
  });

  test('a notification that cannot be sent does not fail the order', async () => {
    const silent = await orderService({ FAIL_NOTIFICATION: '1' });
    expect((await post(`${silent}/orders`, { user_id: 1, amount: 1 })).status).toBe(201);
  });

  test('with one seed, the same orders are out of stock in every run', async () => {
    const outcomes = async (seed: string) => {
      const seeded = await orderService({ FAIL_INVENTORY: '0.3', DEMO_SEED: seed });
      const statuses: number[] = [];
      for (let i = 0; i < 30; i++) statuses.push((await post(`${seeded}/orders`, { user_id: 1, amount: 1 })).status);
      return statuses.join(' ');
    };
    const first = await outcomes('42');
    expect(first).toContain('409');
    expect(await outcomes('42')).toBe(first);
    expect(await outcomes('43')).not.toBe(first);
  });
});

describe('the status', () => {
  test.each([
    ['pending', 'completed'],
    ['pending', 'cancelled'],
  ])('goes from %s to %s', async (_, to) => {
    const { body } = await order({});
    expect(await changeTo(body.id, to)).toMatchObject({ status: 200, body: { status: to } });
    expect((await ask(`${url}/orders/${body.id}`)).body.status).toBe(to);
  });

  test('goes on to refunded, and from there nowhere', async () => {
    const { body } = await order({});
    await changeTo(body.id, 'completed');
    expect((await changeTo(body.id, 'refunded')).status).toBe(200);
    const back = await changeTo(body.id, 'completed');
    expect({ status: back.status, code: back.body.code }).toEqual({ status: 409, code: 'StatusNotReachable' });
  });

  test('may be asked for again', async () => {
    const { body } = await order({});
    await changeTo(body.id, 'completed');
    expect((await changeTo(body.id, 'completed')).status).toBe(200);
  });

  test('of a pending order does not become refunded, nor that of a cancelled one completed', async () => {
    const { body } = await order({});
    expect((await changeTo(body.id, 'refunded')).status).toBe(409);
    await changeTo(body.id, 'cancelled');
    expect((await changeTo(body.id, 'completed')).status).toBe(409);
  });

  test('ends in one place when twenty ask for two at once', async () => {
    const { body } = await order({});
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => changeTo(body.id, i % 2 === 0 ? 'completed' : 'cancelled')),
    );
    const final = (await ask(`${url}/orders/${body.id}`)).body.status;
    for (const { status, body: answer } of answers) {
      expect([200, 409]).toContain(status);
      if (status === 200) expect(answer.status).toBe(final);
    }
  });

  test('of an order that is not there is a 404, and one that does not exist a 422', async () => {
    expect((await changeTo(99_999_999_999, 'completed')).status).toBe(404);
    expect((await changeTo(101, 'lost')).status).toBe(422);
  });
});

test('orders come in pages, by id, and by user', async () => {
  for (let i = 0; i < 5; i++) await order({ user_id: 77 });
  const idsOf = async (query: string): Promise<number[]> =>
    (await ask(`${url}/orders?${query}`)).body.map(({ id }: { id: number }) => id);
  expect(await idsOf('limit=2')).toEqual([101, 102]);
  const all = await idsOf('user_id=77');
  expect(all).toHaveLength(5);
  expect(await idsOf('user_id=77&limit=2')).toEqual(all.slice(0, 2));
  expect(await idsOf(`user_id=77&limit=2&after=${all[1] ?? 0}`)).toEqual(all.slice(2, 4));
  expect(await idsOf('user_id=78')).toEqual([]);
});
