import type { OrderStatus } from '@tracelab/contracts/order';
import { type Generated, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

export interface OrdersSchema {
  readonly orders: {
    readonly id: Generated<number>;
    readonly user_id: number;
    readonly amount_cents: number;
    readonly items: string[];
    readonly status: OrderStatus;
  };
}

const first = [
  { user_id: 1, amount_cents: 2_999, items: ['item1', 'item2'], status: 'completed' },
  { user_id: 2, amount_cents: 4_999, items: ['item3'], status: 'pending' },
] as const;

export const migrations: Record<string, Migration> = {
  '0001-orders': {
    async up(db) {
      await db.schema
        .createTable('orders')
        .addColumn('id', 'integer', column => column.primaryKey().generatedAlwaysAsIdentity())
        .addColumn('user_id', 'integer', column => column.notNull())
        .addColumn('amount_cents', 'integer', column => column.notNull().check(sql`amount_cents > 0`))
        .addColumn('items', sql`text[]`, column => column.notNull())
        .addColumn('status', 'text', column =>
          column.notNull().check(sql`status in ('pending', 'completed', 'cancelled', 'refunded')`),
        )
        .execute();
      await db.schema.createIndex('orders_of_user').on('orders').columns(['user_id', 'id']).execute();
      await sql`alter table orders alter column id restart with 101`.execute(db);
    },
  },
  '0002-first-orders': {
    async up(db) {
      await db
        .insertInto('orders')
        .values([...first])
        .execute();
    },
  },
};
