import type { DeclineReason, PaymentMethod, PaymentStatus } from '@tracelab/contracts/payment';
import { type ColumnType, type Generated, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

export interface PaymentsSchema {
  readonly payments: {
    readonly id: Generated<number>;
    readonly order_id: number;
    readonly amount_cents: number;
    readonly method: PaymentMethod;
    readonly status: PaymentStatus;
    readonly transaction_id: string | null;
    readonly error_code: DeclineReason | null;
    readonly fee_cents: Generated<number>;
    readonly processing_ms: Generated<number>;
    readonly refunded_cents: Generated<number>;
    /** The claim is one to give the payment back. */
    readonly is_refunding: Generated<boolean>;
    readonly idempotency_key: string;
    /** What was asked under the key; another request under the same key is refused. */
    readonly fingerprint: string;
    /** Grows each time somebody sets out to make or refund this payment; whoever holds an older one may no longer record. */
    readonly claim: Generated<number>;
    readonly claimed_at: ColumnType<Date, never, Date>;
    /** The order service has not confirmed yet that it knows the payment's outcome. */
    readonly is_order_behind: Generated<boolean>;
  };
}

export const migrations: Record<string, Migration> = {
  '0001-payments': {
    async up(db) {
      await db.schema
        .createTable('payments')
        .addColumn('id', 'integer', column => column.primaryKey().generatedAlwaysAsIdentity())
        .addColumn('order_id', 'integer', column => column.notNull())
        .addColumn('amount_cents', 'integer', column => column.notNull().check(sql`amount_cents > 0`))
        .addColumn('method', 'text', column => column.notNull())
        .addColumn('status', 'text', column =>
          column.notNull().check(sql`status in ('processing', 'success', 'failed', 'refunded')`),
        )
        .addColumn('transaction_id', 'text')
        .addColumn('error_code', 'text')
        .addColumn('fee_cents', 'integer', column => column.notNull().defaultTo(0))
        .addColumn('processing_ms', 'integer', column => column.notNull().defaultTo(0))
        .addColumn('refunded_cents', 'integer', column => column.notNull().defaultTo(0))
        .addColumn('idempotency_key', 'text', column => column.notNull().unique())
        .addColumn('fingerprint', 'text', column => column.notNull())
        .addColumn('claim', 'integer', column => column.notNull().defaultTo(1))
        .addColumn('claimed_at', 'timestamptz', column => column.notNull().defaultTo(sql`now()`))
        .addColumn('is_order_behind', 'boolean', column => column.notNull().defaultTo(false))
        .execute();
      await sql`alter table payments alter column id restart with 1001`.execute(db);
      // What makes a second charge impossible, whatever the code above it does.
      await sql`create unique index payments_one_per_order on payments (order_id) where status <> 'failed'`.execute(db);
      await sql`create index payments_order_behind on payments (id) where is_order_behind`.execute(db);
    },
  },
  '0002-refund-claims': {
    async up(db) {
      await db.schema
        .alterTable('payments')
        .addColumn('is_refunding', 'boolean', column => column.notNull().defaultTo(false))
        .execute();
    },
  },
};
