import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { ask, type ServiceProcess, Shop, TraceReceiver } from '@tracelab/test-stack';

// Processes start in these tests, on a machine that may be busy.
jest.setTimeout(120_000);

const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiJ9.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U';
// What names itself or has a shape of its own is sent bare; a password has neither, so it goes by the name it is sent under.
const secrets = [
  '4111111111111111',
  '5500 0000 0000 0004',
  'grace.hopper@navy.example',
  jwt,
  'Bearer b34r3r-credential-9f8e',
  'password=c0rrect-horse-battery',
];
/** Which of these may be read nowhere, in any spelling that they travel in. */
const sought = [
  '4111111111111111',
  '5500 0000 0000 0004',
  '5500%200000%200000%200004',
  'grace.hopper',
  'dozjgNryP4J3',
  'b34r3r-credential',
  'c0rrect-horse',
  's3ssion-cookie',
  'k3y-of-the-api',
];
const careless = { authorization: 'Bearer b34r3r-credential-9f8e', cookie: 'sid=s3ssion-cookie-1; theme=dark' };

const receiver = await TraceReceiver.start({ keepsBodies: true });
const shop = await Shop.start({ isTraced: true, env: receiver.settings });
const services: readonly ServiceProcess[] = [shop.gateway, shop.user, shop.order, shop.payment];
afterAll(async () => {
  await shop.stop();
  await receiver.stop();
});

interface Operation {
  readonly method: string;
  readonly path: string;
}

const logged: string[] = [];
let operations: readonly Operation[] = [];
let metrics = '';

/** A body that any route might take, with the secret wherever text can stand; then one that every route refuses. */
const bodiesWith = (secret: string) => [
  {
    name: secret,
    email: 'grace.hopper@navy.example',
    user_id: 1,
    order_id: 101,
    amount: 10,
    method: 'credit_card',
    status: 'cancelled',
    items: [secret, '4111111111111111'],
    password: 'c0rrect-horse-battery',
    card_number: '4111111111111111',
    note: careless,
  },
  {
    name: [secret],
    email: { secret },
    user_id: secret,
    order_id: secret,
    amount: secret,
    method: secret,
    items: secret,
    status: secret,
  },
  secret,
];

async function send({ method, path }: Operation, secret: string): Promise<void> {
  const encoded = encodeURIComponent(secret);
  const query = `q=${encoded}&password=c0rrect-horse-battery&token=${jwt}&api_key=k3y-of-the-api&limit=${encoded}`;
  const headers = {
    ...careless,
    'idempotency-key': secret,
    'user-agent': `curl ${secret}`,
    'x-api-key': 'k3y-of-the-api',
  };
  const takesBody = method !== 'GET';
  for (const parameter of path.includes('{') ? ['1', encoded] : ['']) {
    const url = `${shop.gateway.url}${path.replaceAll(/\{\w+\}/g, parameter)}?${query}`;
    for (const body of takesBody ? bodiesWith(secret) : [undefined]) {
      const response = await fetch(url, {
        method,
        headers: takesBody ? { ...headers, 'content-type': 'application/json' } : headers,
        body: body === undefined ? null : JSON.stringify(body),
      });
      await response.text();
      // Each keeps only the end of what it wrote.
      logged.push(...services.map(({ output }) => output));
    }
  }
}

beforeAll(async () => {
  const { paths } = (await ask(`${shop.gateway.url}/docs-json`)).body as {
    paths: Record<string, Record<string, unknown>>;
  };
  operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map(method => ({ method: method.toUpperCase(), path })),
  );
  const nowhere = { method: 'GET', path: '/nowhere/{id}' };
  for (const operation of [...operations, nowhere]) for (const secret of secrets) await send(operation, secret);
  // Broken JSON, which parsers like to quote.
  for (const secret of secrets) {
    const headers = { ...careless, 'content-type': 'application/json' };
    await (await fetch(`${shop.gateway.url}/users`, { method: 'POST', headers, body: `{"name": "${secret}` })).text();
  }
  await sleep(1_500);
  logged.push(...services.map(({ output }) => output));
  for (const { url } of services) metrics += await (await fetch(`${url}/metrics`)).text();
});

test('every route was really asked, traced, logged and measured', () => {
  expect(operations.length).toBeGreaterThan(12);
  const exported = receiver.received;
  const templates = operations
    .filter(({ path }) => !path.startsWith('/health'))
    .map(({ method, path }) => `${method} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`);
  expect(templates.filter(name => !exported.includes(`"${name}"`))).toEqual([]);
  for (const service of ['gateway', 'user', 'order', 'payment'])
    expect(exported).toContain(`{"stringValue":"${service}"}`);
  expect(exported).toContain('[redacted]');
  expect(logged.join('\n')).toContain('"trace_id"');
  expect(metrics).toContain('http_server_request_duration');
});

test.each([
  ['exported', () => receiver.received],
  ['logged', () => logged.join('\n')],
  ['measured', () => metrics],
] as const)('no secret is in what was %s', (_, everything) => {
  const text = everything();
  const found = sought.map(secret => [secret, text.indexOf(secret)] as const).filter(([, at]) => at >= 0);
  expect(found.map(([secret, at]) => `${secret} in ${text.slice(Math.max(0, at - 120), at + 40)}`)).toEqual([]);
});
