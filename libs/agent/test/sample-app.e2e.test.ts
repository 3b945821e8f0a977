import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { OtlpReceiver, Program, exampleFile, shapesOf } from './traced-program.ts';

// A whole application is built and started here, on machines that may have other work.
jest.setTimeout(120_000);

let backend: OtlpReceiver;
let folder: string;
let program: Program;
let url: string;

beforeAll(async () => {
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  spawnSync(join(root, 'node_modules/.bin/tsc'), ['-b', exampleFile('sample-app/tsconfig.build.json')], {
    stdio: 'inherit',
  });
  folder = await mkdtemp(join(tmpdir(), 'sample-app-'));
  backend = await new OtlpReceiver().listen();
  program = new Program(['node', exampleFile('sample-app/dist/main.js')], {
    flags: ['--endpoint', backend.baseUrl],
    env: {
      PORT: '0',
      DATABASE_FILE: join(folder, 'app.db'),
      DELAY_SCALE: '0',
      FAILURE_RATE: '0',
      OTEL_BSP_SCHEDULE_DELAY: '50',
    },
  });
  url = await program.url();
});
afterAll(async () => {
  expect(await program.stop()).toMatchObject({ signal: 'SIGTERM', stderr: '' });
  await backend.close();
  await rm(folder, { recursive: true });
});

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

async function ask(method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`${url}${path}`, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
}

/** What the latest request to this route made, once all of it has arrived. */
async function traceOf(name: string): Promise<string> {
  for (let tries = 0; tries < 400; tries++) {
    const server = backend.spans.findLast(span => span.name === name && span.kind === 2 && !span.parentSpanId);
    if (server !== undefined)
      return shapesOf(backend.spans.filter(({ traceId }) => traceId === server.traceId))[0] ?? '';
    await new Promise(resolve => setTimeout(resolve, 25));
  }
  throw new Error(`No span ${name} among ${backend.spans.map(span => span.name).join(', ')}`);
}

const ana = { username: 'ana', email: 'ana@example.org', password: 'password123' };

test('users: created, listed, changed, refused and deleted, with their queries', async () => {
  const created = await ask('POST', '/users/', ana);
  expect(created).toMatchObject({ status: 201, body: { id: 1, username: 'ana', is_active: true, items: [] } });
  expect(JSON.stringify(created.body)).not.toContain('password');
  expect(await traceOf('POST /users')).toMatch(/^SERVER POST \/users \[.*CLIENT INSERT users.*\]$/);
  expect(await ask('POST', '/users/', ana)).toEqual({ status: 400, body: { detail: 'Email already registered' } });
  expect(await ask('POST', '/users/', { ...ana, email: 'b@example.org' })).toEqual({
    status: 400,
    body: { detail: 'Username already taken' },
  });
  expect(await ask('POST', '/users/', { username: 'x' })).toMatchObject({ status: 422 });
  expect(await ask('GET', '/users/?skip=0&limit=100')).toMatchObject({ status: 200, body: [{ id: 1 }] });
  expect(await traceOf('GET /users')).toBe('SERVER GET /users [CLIENT SELECT users, CLIENT SELECT items]');
  expect(await ask('PUT', '/users/1', { is_active: false })).toMatchObject({ status: 200, body: { is_active: false } });
  expect(await traceOf('PUT /users/:user_id')).toContain('CLIENT UPDATE users');
  expect(await ask('GET', '/users/99')).toEqual({ status: 404, body: { detail: 'User with ID 99 not found' } });
  // Not a failure of the service.
  expect(await traceOf('GET /users/:user_id')).toBe('SERVER GET /users/:user_id [CLIENT SELECT users]');
});

test('items: of a user, with a priority from 1 to 5, completed, deleted with their owner', async () => {
  const item = { title: 'Test Item', description: 'This is a test item', priority: 3 };
  expect(await ask('POST', '/users/1/items', item)).toMatchObject({
    status: 201,
    body: { id: 1, owner_id: 1, priority: 3 },
  });
  expect(await traceOf('POST /users/:user_id/items')).toContain('CLIENT INSERT items');
  expect(await ask('POST', '/users/1/items', { ...item, priority: 6 })).toMatchObject({ status: 422 });
  expect(await ask('POST', '/users/99/items', item)).toMatchObject({ status: 404 });
  expect(await ask('GET', '/users/1/items')).toMatchObject({ status: 200, body: [{ id: 1 }] });
  expect(await traceOf('GET /users/:user_id/items')).toContain('CLIENT SELECT items');
  expect(await ask('PUT', '/items/1', { description: null })).toMatchObject({
    status: 200,
    body: { description: null },
  });
  expect(await ask('PUT', '/items/1/complete?completed=true')).toMatchObject({ body: { is_completed: true } });
  expect(await traceOf('PUT /items/:item_id/complete')).toContain('CLIENT UPDATE items');
  expect(await ask('GET', '/items/1')).toMatchObject({ status: 200, body: { is_completed: true } });
  expect(await ask('GET', '/items?limit=1')).toMatchObject({ status: 200, body: [{ id: 1 }] });
  expect(await traceOf('GET /items')).toBe('SERVER GET /items [CLIENT SELECT items]');
  expect(await ask('DELETE', '/users/1')).toEqual({ status: 204, body: undefined });
  expect(await traceOf('DELETE /users/:user_id')).toBe('SERVER DELETE /users/:user_id [CLIENT DELETE users]');
  expect(await ask('DELETE', '/items/1')).toEqual({ status: 404, body: { detail: 'Item with ID 1 not found' } });
  expect(await traceOf('DELETE /items/:item_id')).toContain('CLIENT DELETE items');
});

test('another company is called in earnest, and its trace is the same', async () => {
  await ask('POST', '/users/', ana);
  const { status, body } = await ask('GET', '/users/1/external-data');
  expect({ status, body }).toMatchObject({
    status: 200,
    body: { user: { username: 'ana' }, external_user: { id: 1 } },
  });
  expect(await traceOf('GET /users/:user_id/external-data')).toMatch(/(CLIENT GET \[SERVER GET\].*){2}/);
});

test('operations: complex, nested within limits, slow, failing, in the background', async () => {
  expect(await ask('GET', '/complex-operation')).toMatchObject({
    status: 200,
    body: {
      message: 'Complex operation completed',
      results: {
        database: { users_count: 1, items_count: 0 },
        external_api: { todos_count: 200 },
        cpu_operation: { result: 499_999_500_000 },
      },
    },
  });
  expect(await traceOf('GET /complex-operation')).toBe(
    'SERVER GET /complex-operation [CLIENT SELECT users, CLIENT SELECT items, CLIENT GET [SERVER GET]]',
  );
  const { body } = await ask('GET', '/nested-operations?depth=3&width=2');
  expect(body).toMatchObject({ operation_id: 'root', results: { db_operation: { users_count: 1 } } });
  expect(JSON.stringify(body)).toContain('"operation_id":"root-0-1-1","depth":0,"result":"Leaf node reached"');
  expect(await traceOf('GET /nested-operations')).toMatch(/CLIENT SELECT users.*(CLIENT GET.*){4}/);
  expect(await ask('GET', '/nested-operations?depth=8&width=10')).toMatchObject({ status: 422 });
  expect(await ask('GET', '/slow-operation')).toMatchObject({ status: 200 });
  expect(await ask('GET', '/error-simulation?error_probability=1')).toEqual({
    status: 500,
    body: { detail: 'Simulated error occurred' },
  });
  expect(await traceOf('GET /error-simulation')).toBe('SERVER GET /error-simulation!');
  expect(await ask('GET', '/background-task')).toMatchObject({ body: { message: 'Background task started' } });
  expect(await traceOf('GET /background-task')).toContain('CLIENT SELECT users');
});

test('the simple ones, and the documentation', async () => {
  expect(await ask('GET', '/')).toEqual({ status: 200, body: { message: 'Welcome to the Sample Nest App' } });
  expect(await ask('GET', '/hello')).toMatchObject({ status: 200 });
  expect(await ask('GET', '/health')).toMatchObject({ body: { status: 'healthy' } });
  expect(await ask('GET', '/weather/London')).toMatchObject({ status: 200, body: { city: 'London' } });
  expect(await traceOf('GET /weather/:city')).toBe('SERVER GET /weather/:city');
  expect((await fetch(`${url}/docs`)).status).toBe(200);
  expect(await ask('GET', '/docs-json')).toMatchObject({ status: 200, body: { info: { title: 'Sample Nest App' } } });
});

test.each([
  ['POST', '/users', '/users/'],
  ['GET', '/users?limit=1', '/users/?limit=1'],
  ['GET', '/items/?skip=0', '/items?skip=0'],
  ['GET', '/weather/London/', '/weather/London'],
])('%s %s is sent on to %s', async (method, path, location) => {
  const { status, headers } = await fetch(`${url}${path}`, { method, redirect: 'manual' });
  expect([status, headers.get('location')]).toEqual([307, location]);
});

test('a form that is no route is not sent on', async () => {
  expect((await fetch(`${url}/nowhere/`, { redirect: 'manual' })).status).toBe(404);
  expect((await fetch(`${url}//elsewhere.example/`, { redirect: 'manual' })).status).toBe(404);
});

test('what a user sent as a secret is in no span', () => {
  expect(backend.text).not.toContain('password123');
  expect(backend.text).not.toContain('ana@example.org');
});
