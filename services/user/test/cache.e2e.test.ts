import { afterAll, beforeAll, describe, expect, test, jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { findRedis, LocalRedis } from '@tracelab/local-servers';
import { createApplication } from '@tracelab/service-kit';
import { ask, databaseUrl, post } from '@tracelab/test-stack';
import type { INestApplicationContext } from '@nestjs/common';
import { Database } from '@tracelab/database';
import { AppModule } from '../src/app.module.ts';
import { Cache } from '../src/cache/cache.ts';
import { loadConfig } from '../src/config.ts';
import type { UsersSchema } from '../src/users/users.schema.ts';

// Processes start in these tests, on a machine that may be busy.
jest.setTimeout(60_000);

const TTL_MS = 400;
const redisBinary = findRedis(process.env.PATH ?? '');
if (redisBinary === undefined)
  process.stderr.write('skipped: the cache on a real Redis, since no redis-server or valkey-server is on PATH\n');

const started: { close(): Promise<unknown> }[] = [];
afterAll(async () => {
  for (const each of started.reverse()) await each.close();
});

async function userService(redisUrl = '') {
  const config = loadConfig({
    DATABASE_URL: await databaseUrl('users'),
    REDIS_URL: redisUrl,
    USER_CACHE_TTL_MS: String(TTL_MS),
    DEMO_DELAY_SCALE: '0',
    LOG_LEVEL: 'silent',
  });
  const app = await createApplication(await AppModule.with(config), config);
  await app.listen(0, '127.0.0.1');
  started.push(app);
  return { app, url: await app.getUrl() };
}

/** Behind the service's back, to see who answers: the cache or the database. */
const rename = (app: Pick<INestApplicationContext, 'get'>, name: string) =>
  app
    .get<Database<UsersSchema>>(Database)
    .query(db => db.updateTable('users').set({ name }).where('id', '=', 1).execute());

const nameOfFirst = async (url: string): Promise<string> => (await ask(`${url}/users/1`)).body.name;

const kinds = [['memory', undefined] as const, ...(redisBinary ? [['Redis', redisBinary] as const] : [])];

describe.each(kinds)('in %s', (_, binary) => {
  let url: string;
  let app: Awaited<ReturnType<typeof userService>>['app'];

  beforeAll(async () => {
    const redis = binary === undefined ? undefined : await LocalRedis.start(binary);
    if (redis) started.push({ close: () => redis.stop() });
    ({ app, url } = await userService(redis?.url));
  });

  test('a user is read from the database once, and again when the copy is too old', async () => {
    expect(await nameOfFirst(url)).toBe('John Doe');
    await rename(app, 'John Changed');
    expect(await nameOfFirst(url)).toBe('John Doe');
    await sleep(TTL_MS + 50);
    expect(await nameOfFirst(url)).toBe('John Changed');
  });

  test('what is not found is not remembered: a user can be created after somebody asked for it', async () => {
    const { body } = await post(`${url}/users`, { name: 'A', email: 'a' });
    expect((await ask(`${url}/users/${body.id + 1}`)).status).toBe(404);
    const { body: next } = await post(`${url}/users`, { name: 'B', email: 'b' });
    expect(next.id).toBe(body.id + 1);
    expect((await ask(`${url}/users/${next.id}`)).body.name).toBe('B');
  });
});

test("another program's values are neither read nor replaced, and one that is no user is a miss", async () => {
  const { app, url } = await userService();
  const cache = app.get<Cache>(Cache);
  await cache.set('user:2', 'session of another program');
  await cache.set('tracelab:user:2', 'session of another program');
  for (let i = 0; i < 2; i++) expect((await ask(`${url}/users/2`)).body.name).toBe('Jane Smith');
  expect(await cache.get('user:2')).toBe('session of another program');
  expect(await cache.get('tracelab:user:2')).toContain('Jane Smith');
});

test('without its Redis the service is ready all the same, and says what is missing', async () => {
  const { url } = await userService('redis://127.0.0.1:1');
  const { status, body } = await ask(`${url}/health/ready`);
  expect({ status, body }).toEqual({
    status: 200,
    body: { status: 'ready', service: 'user', dependencies: { postgres: 'up', redis: 'down' } },
  });
  expect(await nameOfFirst(url)).toBe('John Doe');
});

(redisBinary ? describe : describe.skip)('while Redis', () => {
  const timed = async (url: string, count: number) => {
    const times: number[] = [];
    for (let i = 0; i < count; i++) {
      const from = performance.now();
      expect((await ask(`${url}/users/${1 + (i % 3)}`)).status).toBe(200);
      times.push(performance.now() - from);
    }
    return times.sort((a, b) => a - b);
  };

  // `hangs` is the worse of the two: a connection that is accepted and never answered.
  test.each(['is dead', 'hangs'])('%s, nothing fails and nothing is slower by more than 50 ms', async how => {
    const redis = await LocalRedis.start(redisBinary ?? '');
    started.push({ close: () => redis.stop() });
    const { url } = await userService(redis.url);
    const before = await timed(url, 60);
    if (how === 'hangs') process.kill(redis.pid ?? 0, 'SIGSTOP');
    else redis.kill();
    const during = await timed(url, 60);
    const median = (times: readonly number[]) => times[Math.floor(times.length / 2)] ?? NaN;
    expect(median(during) - median(before)).toBeLessThan(50);
    // The first to notice pays the time limit of one command; twice that is a busy machine.
    expect(during.at(-1)).toBeLessThan(100 + (before.at(-1) ?? 0));
    if (how === 'hangs') process.kill(redis.pid ?? 0, 'SIGCONT');
  });

  test('was away, what was written meanwhile is what is read when it is back', async () => {
    const redis = await LocalRedis.start(redisBinary ?? '');
    started.push({ close: () => redis.stop() });
    const { url } = await userService(redis.url);
    redis.kill();
    const { body } = await post(`${url}/users`, { name: 'Written while away', email: 'w' });
    await redis.start();
    const end = performance.now() + 5_000;
    while ((await ask(`${url}/health/ready`)).body.dependencies.redis !== 'up' && performance.now() < end)
      await sleep(50);
    expect((await ask(`${url}/health/ready`)).body.dependencies.redis).toBe('up');
    expect((await ask(`${url}/users/${body.id}`)).body.name).toBe('Written while away');
  });
});
