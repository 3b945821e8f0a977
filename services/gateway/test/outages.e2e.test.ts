import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, test, jest } from '@jest/globals';
import { findRedis, LocalPostgres, LocalRedis } from '@tracelab/local-servers';
import { type Answer, ask, post, Shop, temporaryFolder } from '@tracelab/test-stack';
import pg from 'pg';

// Processes start in these tests, on a machine that may be busy.
jest.setTimeout(60_000);

const stops: (() => unknown)[] = [];
afterAll(async () => {
  for (const stop of stops.reverse()) await stop();
});

async function startShop(options: Parameters<typeof Shop.start>[0] = {}): Promise<Shop> {
  const shop = await Shop.start(options);
  stops.push(() => shop.stop());
  return shop;
}

interface Timed {
  readonly at: number;
  readonly tookMs: number;
  readonly answer: Answer;
}

/** Asks without a pause, a few at a time, until it is told to stop. */
class Load {
  readonly answers: Timed[] = [];
  readonly #askers: Promise<void>[];
  #isOver = false;

  constructor(work: () => Promise<Answer>, askers = 6) {
    this.#askers = Array.from({ length: askers }, () => this.#repeat(work));
  }

  async end(): Promise<readonly Timed[]> {
    this.#isOver = true;
    await Promise.all(this.#askers);
    return this.answers;
  }

  async #repeat(work: () => Promise<Answer>): Promise<void> {
    while (!this.#isOver) {
      const at = performance.now();
      const answer = await work();
      this.answers.push({ at, tookMs: performance.now() - at, answer });
    }
  }
}

const statusesOf = (answers: readonly Timed[]) => [...new Set(answers.map(({ answer }) => answer.status))].sort();

/** What is recorded as paid, by order, next to what the order costs. */
async function charges(databaseUrl: string) {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query<{ order_id: number; status: string }>(
    `select order_id, status from payments where status <> 'failed' order by id`,
  );
  await client.end();
  return rows;
}

describe('while the payment service', () => {
  test('is dead, the flow is a 503 that names its step, the order stays pending, and nothing is charged', async () => {
    const shop = await startShop();
    shop.payment.kill();
    const { status, body } = await ask(`${shop.gateway.url}/demo/full-flow/1`);
    expect({ status, body }).toMatchObject({
      status: 503,
      body: {
        code: 'Unavailable',
        flow_status: 'failed',
        step: 'payment_processed',
        completed: ['user_retrieved', 'order_created'],
        user: { id: 1 },
        order: { status: 'pending' },
      },
    });
    expect((await ask(`${shop.gateway.url}/orders/${body.order.id}`)).body.status).toBe('pending');
    expect(await charges(shop.paymentDatabaseUrl)).toEqual([]);
    await shop.payment.start();
    expect((await ask(`${shop.gateway.url}/demo/full-flow/1`)).status).toBe(200);
  });

  test('is slower than the gateway waits, the flow is a 504 that names its step', async () => {
    const shop = await startShop({
      envOf: {
        payment: { DEMO_DELAY_SCALE: '1', DELAY_VALIDATE_PAYMENT_DATA_MS: '0', DELAY_CREDIT_CARD_MS: '5000' },
        gateway: { CALL_TIMEOUT_MS: '1000' },
      },
    });
    const from = performance.now();
    const { status, body } = await ask(`${shop.gateway.url}/demo/full-flow/1`);
    expect({ status, body }).toMatchObject({ status: 504, body: { code: 'TooSlow', step: 'payment_processed' } });
    expect(performance.now() - from).toBeLessThan(4_000);
    expect((await ask(`${shop.gateway.url}/orders/${body.order.id}`)).body.status).toBe('pending');
  });
});

test('Postgres may be killed in the middle of load: problems in time, no hang, no crash, and soon all is well', async () => {
  const directory = temporaryFolder('outage');
  const postgres = await LocalPostgres.start({ directory: `${directory}/data`, isDurable: false });
  stops.push(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  stops.push(() => postgres.stop());
  const shop = await startShop({ postgres: name => postgres.url(name) });
  const flow = () => ask(`${shop.gateway.url}/demo/full-flow/1`, { timeoutMs: 15_000 });
  const order = () => post(`${shop.gateway.url}/orders`, { user_id: 1, amount: 5 });
  const pids = [shop.gateway, shop.user, shop.order, shop.payment].map(({ pid }) => pid);

  let turn = 0;
  const load = new Load(() => (turn++ % 2 === 0 ? flow() : order()));
  await sleep(800);
  await postgres.kill();
  const killedAt = performance.now();
  await sleep(1_200);
  const startedAt = performance.now();
  await postgres.start();
  const backAt = performance.now();
  await sleep(2_800);
  const answers = await load.end();

  const isMade = ({ answer: { status } }: Timed) => status === 200 || status === 201;
  const failed = answers.filter(each => !isMade(each));
  expect(failed.length).toBeGreaterThan(0);
  for (const { answer, tookMs } of failed) {
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body).toMatchObject({ status: 503, code: 'Unavailable' });
    expect(tookMs).toBeLessThan(11_000);
  }
  const meanwhile = answers.filter(({ at, tookMs }) => at > killedAt && at + tookMs < startedAt);
  expect(statusesOf(meanwhile)).toEqual([503]);
  expect(statusesOf(answers.filter(({ at }) => at > backAt + 2_000))).toEqual([200, 201]);
  // The very same processes went through it.
  expect([shop.gateway, shop.user, shop.order, shop.payment].map(({ pid }) => pid)).toEqual(pids);
  for (const each of [shop.gateway, shop.user, shop.order, shop.payment])
    expect((await ask(`${each.url}/health/ready`)).status).toBe(200);
  const paid = (await charges(shop.paymentDatabaseUrl)).map(({ order_id }) => order_id);
  expect(new Set(paid).size).toBe(paid.length);
});

const redisBinary = findRedis(process.env.PATH ?? '');
if (redisBinary === undefined)
  process.stderr.write('skipped: Redis killed under load, since no redis-server or valkey-server is on PATH\n');

(redisBinary ? test : test.skip)(
  'Redis may be killed and come back in the middle of load: nothing fails, every answer is right, the median stays',
  async () => {
    const redis = await LocalRedis.start(redisBinary ?? '');
    stops.push(() => redis.stop());
    const shop = await startShop({ env: { REDIS_URL: redis.url } });
    let turn = 0;
    const load = new Load(() => ask(`${shop.gateway.url}/users/${1 + (turn++ % 3)}`), 4);
    await sleep(1_000);
    const killedAt = performance.now();
    redis.kill();
    await sleep(1_200);
    const backAt = performance.now();
    await redis.start();
    await sleep(1_200);
    const answers = await load.end();

    expect(statusesOf(answers)).toEqual([200]);
    const names = new Set(answers.map(({ answer }) => `${answer.body.id} ${answer.body.name}`));
    expect([...names].sort()).toEqual(['1 John Doe', '2 Jane Smith', '3 Bob Johnson']);
    const medianOf = (times: readonly Timed[]) =>
      times.map(({ tookMs }) => tookMs).sort((a, b) => a - b)[times.length >> 1] ?? NaN;
    const before = medianOf(answers.filter(({ at }) => at < killedAt));
    expect(medianOf(answers.filter(({ at }) => at > killedAt && at < backAt)) - before).toBeLessThan(50);
    expect(medianOf(answers.filter(({ at }) => at > backAt)) - before).toBeLessThan(50);
    expect(await ask(`${shop.user.url}/health/ready`)).toMatchObject({ body: { dependencies: { redis: 'up' } } });
  },
);
