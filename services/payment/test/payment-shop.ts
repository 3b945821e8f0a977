import { afterAll, beforeEach, jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { createApplication } from '@tracelab/service-kit';
import { type Answer, ask, databaseUrl, post, ServiceProcess } from '@tracelab/test-stack';
import pg from 'pg';
import { AppModule } from '../src/app.module.ts';
import { loadConfig } from '../src/config.ts';
import { OrderDoor } from './order-door.ts';

// The payment service before a real order service, for the tests of one file. Processes start in them, on a machine that may be busy.
jest.setTimeout(60_000);

const stops: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const stop of stops.reverse()) await stop();
});

export const orders = await ServiceProcess.start({
  service: 'order',
  env: { DATABASE_URL: await databaseUrl('orders'), DEMO_DELAY_SCALE: '0', FAIL_INVENTORY: '0' },
});
stops.push(() => orders.stop());
export const door = new OrderDoor(orders.url);
const orderUrl = await door.open();
stops.push(() => door.close());

/** Another payment service; on a database of its own unless it is told one. */
export async function paymentService(env: Record<string, string> = {}) {
  const databaseAt = env.DATABASE_URL ?? (await databaseUrl('payments'));
  const config = loadConfig({
    ORDER_URL: orderUrl,
    DEMO_DELAY_SCALE: '0',
    FAIL_PAYMENT: '0',
    FAIL_CONFIRMATION: '0',
    FAIL_REFUND: '0',
    LOG_LEVEL: 'silent',
    ...env,
    DATABASE_URL: databaseAt,
  });
  const app = await createApplication(await AppModule.with(config), config);
  await app.listen(0, '127.0.0.1');
  stops.push(() => app.close());
  return { url: await app.getUrl(), databaseAt };
}

export const { url, databaseAt } = await paymentService();
export const database = new pg.Pool({ connectionString: databaseAt, max: 2 });
stops.push(() => database.end());

beforeEach(() => {
  door.obey(() => undefined);
});

export interface Priced {
  readonly id: number;
  readonly amount: number;
}

export const newOrder = async (amount = 99.99): Promise<Priced> =>
  (await post(`${orders.url}/orders`, { user_id: 1, amount })).body;
export const statusOf = async ({ id }: Priced): Promise<string> =>
  (await ask(`${orders.url}/orders/${id}`)).body.status;
export const bodyFor = ({ id, amount }: Priced, method = 'credit_card') => ({ order_id: id, amount, method });
export const pay = (order: Priced, key?: string, at = url): Promise<Answer> =>
  post(`${at}/payments`, bodyFor(order), key === undefined ? {} : { 'idempotency-key': key });
export const chargedCents = async ({ id }: Priced): Promise<number> => {
  const { rows } = await database.query<{ cents: string }>(
    `select coalesce(sum(amount_cents), 0) as cents from payments where order_id = $1 and status in ('success', 'refunded')`,
    [id],
  );
  return Number(rows[0]?.cents);
};
export const eventually = async (holds: () => Promise<boolean>, limitMs = 8_000): Promise<boolean> => {
  const end = performance.now() + limitMs;
  while (performance.now() < end) {
    if (await holds()) return true;
    await sleep(50);
  }
  return false;
};
