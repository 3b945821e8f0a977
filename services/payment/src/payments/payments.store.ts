import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { DeclineReason, PaymentMethod } from '@tracelab/contracts/payment';
import { Database, idValue } from '@tracelab/database';
import { type Selectable, sql } from 'kysely';
import type { PaymentsSchema } from './payments.schema.ts';

export type PaymentRow = Selectable<PaymentsSchema['payments']>;

export interface PaymentIntent {
  readonly orderId: number;
  readonly amountCents: number;
  readonly method: PaymentMethod;
  readonly idempotencyKey: string;
  readonly fingerprint: string;
}

/** What the card processor decided. */
export type Outcome = { readonly processingMs: number } & (
  | { readonly isSuccess: true; readonly transactionId: string; readonly feeCents: number }
  | { readonly isSuccess: false; readonly errorCode: DeclineReason }
);

/**
 * Payments, and who is making or refunding each. A payment is claimed before the card processor is asked and recorded
 * after; a claim that nobody renews lapses after the lease, so that a crash in between blocks it that long and no longer.
 */
@Injectable()
export class PaymentsStore {
  constructor(
    private readonly database: Database<PaymentsSchema>,
    private readonly leaseMs: number,
  ) {}

  find(id: number): Promise<PaymentRow | undefined> {
    return this.database.query(db =>
      db.selectFrom('payments').selectAll().where('id', '=', idValue(id)).executeTakeFirst(),
    );
  }

  findByKey(key: string): Promise<PaymentRow | undefined> {
    return this.database.query(db =>
      db.selectFrom('payments').selectAll().where('idempotency_key', '=', key).executeTakeFirst(),
    );
  }

  findOfOrder(orderId: number): Promise<PaymentRow | undefined> {
    return this.database.query(db =>
      db
        .selectFrom('payments')
        .selectAll()
        .where('order_id', '=', orderId)
        .where('status', '<>', 'failed')
        .executeTakeFirst(),
    );
  }

  /** Starts a payment; undefined when its key or its order is taken. */
  claim({ orderId, amountCents, method, idempotencyKey, fingerprint }: PaymentIntent): Promise<PaymentRow | undefined> {
    return this.database.query(async db => {
      await this.giveUpLapsed(orderId, idempotencyKey);
      return db
        .insertInto('payments')
        .values({
          order_id: orderId,
          amount_cents: amountCents,
          method,
          status: 'processing',
          idempotency_key: idempotencyKey,
          fingerprint,
        })
        .onConflict(conflict => conflict.doNothing())
        .returningAll()
        .executeTakeFirst();
    });
  }

  /** Takes up a payment whose maker gave no sign for the length of the lease; undefined when it is not so. */
  takeUp({ id }: PaymentRow): Promise<PaymentRow | undefined> {
    return this.database.query(db =>
      db
        .updateTable('payments')
        .set(({ eb }) => ({ claim: eb('claim', '+', 1), claimed_at: sql<Date>`now()` }))
        .where('id', '=', id)
        .where('status', '=', 'processing')
        .where('claimed_at', '<', this.lapsed())
        .returningAll()
        .executeTakeFirst(),
    );
  }

  /** Does work under a claim, which does not lapse meanwhile, however slow the work is. */
  async holding<Result>(claimed: PaymentRow, work: () => Promise<Result>): Promise<Result> {
    const done = new AbortController();
    void this.renew(claimed, done.signal);
    try {
      return await work();
    } finally {
      done.abort();
    }
  }

  /** Writes the outcome down; undefined when the claim has passed to somebody else, whose outcome then counts. */
  record({ id, claim }: PaymentRow, outcome: Outcome): Promise<PaymentRow | undefined> {
    const result = outcome.isSuccess
      ? ({ status: 'success', transaction_id: outcome.transactionId, fee_cents: outcome.feeCents } as const)
      : ({ status: 'failed', error_code: outcome.errorCode } as const);
    return this.database.query(db =>
      db
        .updateTable('payments')
        .set({ ...result, processing_ms: Math.round(outcome.processingMs), is_order_behind: outcome.isSuccess })
        .where('id', '=', id)
        .where('status', '=', 'processing')
        .where('claim', '=', claim)
        .returningAll()
        .executeTakeFirst(),
    );
  }

  /** Sets out to give a payment back; undefined when it is not one to give back, or somebody else does so already. */
  claimRefund(id: number): Promise<PaymentRow | undefined> {
    return this.database.query(db =>
      db
        .updateTable('payments')
        .set(({ eb }) => ({ is_refunding: true, claim: eb('claim', '+', 1), claimed_at: sql<Date>`now()` }))
        .where('id', '=', idValue(id))
        .where('status', '=', 'success')
        .where(eb => eb.or([eb('is_refunding', '=', false), eb('claimed_at', '<', this.lapsed())]))
        .returningAll()
        .executeTakeFirst(),
    );
  }

  /** Writes down that the payment was given back; undefined when the claim has passed to somebody else. */
  recordRefund({ id, claim }: PaymentRow, refunded_cents: number): Promise<PaymentRow | undefined> {
    return this.database.query(db =>
      db
        .updateTable('payments')
        .set({ status: 'refunded', refunded_cents, is_refunding: false, is_order_behind: true })
        .where('id', '=', id)
        .where('claim', '=', claim)
        .returningAll()
        .executeTakeFirst(),
    );
  }

  /** The payment is not given back after all, and may be asked for again. */
  async releaseRefund({ id, claim }: PaymentRow): Promise<void> {
    await this.database.query(db =>
      db.updateTable('payments').set({ is_refunding: false }).where('id', '=', id).where('claim', '=', claim).execute(),
    );
  }

  ordersBehind(limit: number): Promise<PaymentRow[]> {
    return this.database.query(db =>
      db.selectFrom('payments').selectAll().where('is_order_behind', '=', true).orderBy('id').limit(limit).execute(),
    );
  }

  /** The order knows this status; a later change of the payment is news again. */
  async orderKnows({ id, status }: PaymentRow): Promise<void> {
    await this.database.query(db =>
      db
        .updateTable('payments')
        .set({ is_order_behind: false })
        .where('id', '=', id)
        .where('status', '=', status)
        .execute(),
    );
  }

  private async renew({ id, claim }: PaymentRow, done: AbortSignal): Promise<void> {
    const pause = () => sleep(this.leaseMs / 3, true, { signal: done, ref: false }).catch(() => false);
    while (await pause()) {
      const renewed = this.database.query(db =>
        db
          .updateTable('payments')
          .set({ claimed_at: sql<Date>`now()` })
          .where('id', '=', id)
          .where('claim', '=', claim)
          .execute(),
      );
      await renewed.catch(() => undefined); // the database is away; it may be back the next time
    }
  }

  private async giveUpLapsed(orderId: number, exceptKey: string): Promise<void> {
    await this.database.query(db =>
      db
        .updateTable('payments')
        .set({ status: 'failed' })
        .where('order_id', '=', orderId)
        .where('idempotency_key', '<>', exceptKey)
        .where('status', '=', 'processing')
        .where('claimed_at', '<', this.lapsed())
        .execute(),
    );
  }

  private lapsed() {
    return sql<Date>`now() - ${this.leaseMs} * interval '1 millisecond'`;
  }
}
