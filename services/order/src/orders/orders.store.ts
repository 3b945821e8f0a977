import { Injectable } from '@nestjs/common';
import { amountOf } from '@tracelab/contracts/money';
import type { Order, OrdersQuery, OrderStatus } from '@tracelab/contracts/order';
import { Database, idValue } from '@tracelab/database';
import type { Selectable } from 'kysely';
import type { OrdersSchema } from './orders.schema.ts';

type Row = Selectable<OrdersSchema['orders']>;

export interface NewOrder {
  readonly userId: number;
  readonly totalCents: number;
  readonly items: readonly string[];
}

@Injectable()
export class OrdersStore {
  constructor(private readonly database: Database<OrdersSchema>) {}

  async find(id: number): Promise<Order | undefined> {
    const row = await this.database.query(db =>
      db.selectFrom('orders').selectAll().where('id', '=', idValue(id)).executeTakeFirst(),
    );
    return row && orderOf(row);
  }

  async list({ user_id, after, limit }: OrdersQuery): Promise<Order[]> {
    const rows = await this.database.query(db =>
      db
        .selectFrom('orders')
        .selectAll()
        .where('id', '>', after)
        .$if(user_id !== undefined, query => query.where('user_id', '=', user_id ?? 0))
        .orderBy('id')
        .limit(limit)
        .execute(),
    );
    return rows.map(orderOf);
  }

  async add({ userId, totalCents, items }: NewOrder): Promise<Order> {
    const row = await this.database.query(db =>
      db
        .insertInto('orders')
        .values({ user_id: userId, amount_cents: totalCents, items: [...items], status: 'pending' })
        .returningAll()
        .executeTakeFirstOrThrow(),
    );
    return orderOf(row);
  }

  /** Moves the order only from the status that the caller saw; undefined when another request was faster. */
  async changeStatus(id: number, from: OrderStatus, to: OrderStatus): Promise<Order | undefined> {
    const row = await this.database.query(db =>
      db
        .updateTable('orders')
        .set({ status: to })
        .where('id', '=', id)
        .where('status', '=', from)
        .returningAll()
        .executeTakeFirst(),
    );
    return row && orderOf(row);
  }
}

const orderOf = ({ amount_cents, ...row }: Row): Order => ({
  id: row.id,
  user_id: row.user_id,
  amount: amountOf(amount_cents),
  items: row.items,
  status: row.status,
});
