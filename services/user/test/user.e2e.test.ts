import { afterAll, describe, expect, test, jest } from '@jest/globals';
import { createApplication } from '@tracelab/service-kit';
import { ask, databaseUrl, post } from '@tracelab/test-stack';
import { AppModule } from '../src/app.module.ts';
import { loadConfig } from '../src/config.ts';

// Processes start in these tests, on a machine that may be busy.
jest.setTimeout(60_000);

const config = loadConfig({
  DATABASE_URL: await databaseUrl('users'),
  ORDER_URL: 'http://127.0.0.1:1',
  DEMO_DELAY_SCALE: '0',
  LOG_LEVEL: 'silent',
});
const app = await createApplication(await AppModule.with(config), config);
await app.listen(0, '127.0.0.1');
const url = await app.getUrl();
afterAll(() => app.close());

describe('the first users', () => {
  test.each([
    [1, 'John Doe', 'john@example.com', 'active'],
    [2, 'Jane Smith', 'jane@example.com', 'active'],
    [3, 'Bob Johnson', 'bob@example.com', 'inactive'],
  ])('user %d is %s', async (id, name, email, status) => {
    expect(await ask(`${url}/users/${id}`)).toMatchObject({ status: 200, body: { id, name, email, status } });
  });

  test('the next one gets number 4, and is active', async () => {
    const { status, body } = await post(`${url}/users`, { name: 'Ada Lovelace', email: 'ada@example.com' });
    expect(status).toBe(201);
    expect(body).toEqual({ id: 4, name: 'Ada Lovelace', email: 'ada@example.com', status: 'active' });
    expect((await ask(`${url}/users/4`)).body).toEqual(body);
  });
});

describe('a user that is not there', () => {
  test.each(['99', '0', '-1', '2147483648', '99999999999', '999999999999999'])('%s is not found', async id => {
    const { status, body } = await ask(`${url}/users/${id}`);
    expect({ status, code: body.code, detail: body.detail }).toEqual({
      status: 404,
      code: 'UserNotFound',
      detail: `User ${id} not found`,
    });
  });

  test.each(['abc', '1.5', '1e3', '0x1', '9999999999999999'])('%s is no id', async id => {
    const { status, body } = await ask(`${url}/users/${id}`);
    expect({ status, path: body.errors[0].path }).toEqual({ status: 422, path: 'path.user_id' });
  });
});

describe('a new user', () => {
  const refusal = async (body: unknown) => {
    const answer = await post(`${url}/users`, body);
    return { status: answer.status, detail: answer.body.detail as string };
  };

  test('needs a name and an email, and the refusal names what is missing', async () => {
    const detail = (fields: string) => ({ status: 422, detail: `Missing required fields: [${fields}]` });
    expect(await refusal({ name: 'Ada' })).toEqual(detail("'email'"));
    expect(await refusal({ email: 'a@b' })).toEqual(detail("'name'"));
    expect(await refusal({})).toEqual(detail("'name', 'email'"));
  });

  test('may have empty ones: only their presence is checked', async () => {
    expect(await post(`${url}/users`, { name: '', email: '' })).toMatchObject({ status: 201, body: { name: '' } });
  });

  test.each(['Zoë Ångström', '李小龍', '👩‍🚀 Eve', "Robert'); drop table users;--", 'a\tb\nc'])(
    'keeps the name %p as it is',
    async name => {
      const { body } = await post(`${url}/users`, { name, email: 'x@example.com' });
      expect((await ask(`${url}/users/${body.id}`)).body.name).toBe(name);
    },
  );

  test.each(['a\0b', '\ud800', 'x'.repeat(201)])('cannot have a name that no database keeps: %#', async name => {
    expect((await refusal({ name, email: 'x@example.com' })).status).toBe(422);
  });

  test('keeps nothing of fields that nobody asked for', async () => {
    const { body } = await post(`${url}/users`, { name: 'N', email: 'e', status: 'inactive', id: 1, admin: true });
    expect(body).toEqual({ id: expect.any(Number), name: 'N', email: 'e', status: 'active' });
  });
});

test('users come in pages, by id', async () => {
  const first = await ask(`${url}/users?limit=2`);
  expect(first.body.map(({ id }: { id: number }) => id)).toEqual([1, 2]);
  const second = await ask(`${url}/users?limit=1&after=2`);
  expect(second.body.map(({ id }: { id: number }) => id)).toEqual([3]);
  expect((await ask(`${url}/users?after=2147483647`)).body).toEqual([]);
});

test.each(['limit=0', 'limit=101', 'limit=x', 'after=-1', 'after=99999999999'])(
  'a page of %s is refused',
  async query => {
    expect((await ask(`${url}/users?${query}`)).status).toBe(422);
  },
);

test('the service answers on its own port for itself', async () => {
  expect((await ask(`${url}/`)).body).toMatchObject({ status: 'running' });
  expect((await ask(`${url}/health`)).body).toEqual({ status: 'healthy', service: 'user' });
  expect((await ask(`${url}/health/ready`)).body).toMatchObject({ status: 'ready', dependencies: { postgres: 'up' } });
});

test('orders of a user cannot be told while the order service is down', async () => {
  expect((await ask(`${url}/users/1/orders`)).status).toBe(503);
  expect((await ask(`${url}/users/99/orders`)).status).toBe(404);
});
