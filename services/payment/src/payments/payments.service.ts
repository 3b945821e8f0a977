import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { amountOf, centsOf } from '@tracelab/contracts/money';
import type { Order } from '@tracelab/contracts/order';
import { CreatePayment, type Payment, type Refund, type RefundPayment } from '@tracelab/contracts/payment';
import { remainingMs } from '@tracelab/http';
import { type DomainError, validated } from '@tracelab/service-kit';
import { Simulation } from '@tracelab/simulation';
import { addEvent, setAttributes } from '@tracelab/tracing';
import { countPayment, Event, Key, Step } from '../telemetry.ts';
import { CardProcessor } from './card-processor.ts';
import { LateRecords } from './late-records.ts';
import { OrderClient } from './order.client.ts';
import { OrderUpdates } from './order-updates.ts';
import {
  AmountMismatchError,
  IdempotencyKeyReusedError,
  NotRefundableError,
  OrderNotPayableError,
  PaymentDeclinedError,
  PaymentInProgressError,
  PaymentNotFoundError,
  ProcessorTooSlowError,
  RefundTooHighError,
} from './payments.errors.ts';
import { type Outcome, type PaymentIntent, type PaymentRow, PaymentsStore } from './payments.store.ts';

const WAIT_STEP_MS = 40;

@Injectable()
export class PaymentsService {
  private readonly logger = new Logger(PaymentsService.name);

  constructor(
    private readonly store: PaymentsStore,
    private readonly processor: CardProcessor,
    private readonly orders: OrderClient,
    private readonly updates: OrderUpdates,
    private readonly lateRecords: LateRecords,
    private readonly simulation: Simulation,
  ) {}

  @Step('get_payment')
  async get(id: number): Promise<Payment> {
    setAttributes({ [Key.paymentId]: id });
    await this.simulation.delay('get_payment');
    const row = await this.store.find(id);
    setAttributes({ [Key.found]: row !== undefined });
    if (row === undefined) throw new PaymentNotFoundError(id);
    return paymentOf(row);
  }

  /** The same key with the same body gives the same answer, however often and however concurrently it is asked. */
  @Step('process_payment')
  async pay(body: unknown, idempotencyKey: string = randomUUID()): Promise<Payment> {
    const { order_id: orderId, amount, method } = await this.validate(body);
    setAttributes({ [Key.orderId]: orderId, [Key.amount]: amount, [Key.method]: method });
    const amountCents = centsOf(amount);
    const fingerprint = fingerprintOf(orderId, amountCents, method);
    const intent: PaymentIntent = { orderId, amountCents, method, idempotencyKey, fingerprint };
    const known = await this.store.findByKey(idempotencyKey);
    return known ? this.replay(known, intent) : this.payFirst(intent);
  }

  @Step('refund_payment')
  async refund(id: number, { amount }: RefundPayment): Promise<Refund> {
    setAttributes({ [Key.paymentId]: id });
    const amountCents = refundableCents(id, await this.store.find(id), amount);
    const claimed = await this.store.claimRefund(id);
    if (claimed === undefined) throw await this.refundedByAnother(id);
    const { refundId, refunded } = await this.store.holding(claimed, () => this.giveBack(claimed, amountCents));
    if (refunded === undefined) throw await this.refundedByAnother(id);
    setAttributes({ [Key.refundId]: refundId, [Key.refundAmount]: amountOf(refunded.refunded_cents) });
    addEvent(Event.refunded, { [Key.refundId]: refundId });
    await this.updates.tell(refunded);
    return { refund_id: refundId, payment_id: id, amount: amountOf(refunded.refunded_cents), status: 'success' };
  }

  private async giveBack(claimed: PaymentRow, amountCents: number) {
    const refundId = await this.refundOrRelease(claimed);
    const refunded = await this.lateRecords.nowOrLater(claimed.id, () => this.store.recordRefund(claimed, amountCents));
    return { refundId, refunded };
  }

  private async refundOrRelease(claimed: PaymentRow): Promise<string> {
    try {
      return await this.processor.refund();
    } catch (error) {
      await this.lateRecords.nowOrLater(claimed.id, () => this.store.releaseRefund(claimed));
      throw error;
    }
  }

  private async refundedByAnother(id: number): Promise<NotRefundableError> {
    const row = await this.store.find(id);
    return new NotRefundableError(id, row?.status === 'refunded' ? 'refunded' : 'being refunded');
  }

  @Step('validate_payment_data')
  private async validate(body: unknown): Promise<CreatePayment> {
    await this.simulation.delay('validate_payment_data');
    return validated(CreatePayment, body);
  }

  private async payFirst(intent: PaymentIntent): Promise<Payment> {
    const refusal = refusalOf(await this.orders.get(intent.orderId), intent);
    const claimed = refusal === undefined ? await this.store.claim(intent) : undefined;
    return claimed ? this.make(claimed) : this.whoWasFirst(intent, refusal);
  }

  /** The key or the order was taken since the look for the key; the order may be paid by then, under this very key. */
  private async whoWasFirst(intent: PaymentIntent, refusal: DomainError | undefined): Promise<Payment> {
    const sameKey = await this.store.findByKey(intent.idempotencyKey);
    if (sameKey) return this.replay(sameKey, intent);
    if (refusal) throw refusal;
    const other = await this.store.findOfOrder(intent.orderId);
    if (other === undefined || other.status === 'processing') throw new PaymentInProgressError(intent.orderId);
    throw new OrderNotPayableError(intent.orderId, 'paid');
  }

  private async replay(row: PaymentRow, { fingerprint }: PaymentIntent): Promise<Payment> {
    if (row.fingerprint !== fingerprint) throw new IdempotencyKeyReusedError();
    const settled = await this.settled(row);
    if (settled.status === 'processing') return this.make(settled);
    setAttributes({ [Key.isReplay]: true, [Key.paymentId]: settled.id });
    addEvent(Event.replayed, { [Key.paymentId]: settled.id });
    return this.answer(settled);
  }

  /** Waits until the payment is made, by whoever makes it; one that nobody makes any more comes back as ours to make. */
  private async settled(row: PaymentRow): Promise<PaymentRow> {
    let current = row;
    while (current.status === 'processing') {
      if (remainingMs() < 2 * WAIT_STEP_MS) throw new PaymentInProgressError(row.order_id);
      const takenUp = await this.store.takeUp(current);
      if (takenUp) return takenUp;
      await sleep(WAIT_STEP_MS);
      current = (await this.store.find(row.id)) ?? current;
    }
    return current;
  }

  /** The card processor is not hurried: what comes after the caller has gone is recorded all the same. */
  private make(claimed: PaymentRow): Promise<Payment> {
    return inTime(this.carryOut(claimed));
  }

  private async carryOut(claimed: PaymentRow): Promise<Payment> {
    const recorded = await this.store.holding(claimed, async () =>
      this.record(claimed, await this.processor.charge(claimed.method, claimed.amount_cents)),
    );
    if (recorded === undefined) return this.answer(await this.settled(claimed));
    const payment = this.answer(recorded);
    await this.confirm(payment);
    if (!(await this.updates.tell(recorded))) addEvent(Event.orderBehind, { [Key.orderId]: payment.order_id });
    return payment;
  }

  @Step('record_payment')
  private async record(claimed: PaymentRow, outcome: Outcome): Promise<PaymentRow | undefined> {
    await this.simulation.delay('record_payment');
    const recorded = await this.lateRecords.nowOrLater(claimed.id, () => this.recordAndCount(claimed, outcome));
    setAttributes({ [Key.recorded]: recorded !== undefined, [Key.paymentId]: claimed.id });
    if (!outcome.isSuccess) setAttributes({ [Key.error]: outcome.errorCode });
    if (recorded === undefined) return undefined;
    addEvent(Event.recorded, { [Key.paymentId]: recorded.id });
    return recorded;
  }

  private async recordAndCount(claimed: PaymentRow, outcome: Outcome): Promise<PaymentRow | undefined> {
    const recorded = await this.store.record(claimed, outcome);
    if (recorded) countPayment(recorded);
    return recorded;
  }

  private answer(row: PaymentRow): Payment {
    setAttributes({ [Key.paymentId]: row.id, [Key.status]: row.status });
    if (row.status === 'failed') throw new PaymentDeclinedError(row.id, row.error_code);
    return paymentOf(row);
  }

  /** The payment stands, whether or not the customer hears of it. */
  @Step('send_confirmation')
  private async confirm(payment: Payment): Promise<void> {
    setAttributes({ [Key.confirmationPaymentId]: payment.id, [Key.confirmationOrderId]: payment.order_id });
    await this.simulation.delay('send_confirmation');
    const isSent = !this.simulation.fails('confirmation');
    setAttributes({ [Key.confirmationSuccess]: isSent });
    if (isSent) {
      setAttributes({ [Key.confirmationType]: 'email_and_sms' });
      addEvent(Event.confirmationSent);
      return;
    }
    setAttributes({ [Key.confirmationError]: 'delivery_failed' });
    addEvent(Event.confirmationFailed);
    this.logger.warn(`no confirmation for payment ${payment.id}`);
  }
}

function refusalOf(order: Order, { amountCents }: PaymentIntent): DomainError | undefined {
  if (order.status !== 'pending') return new OrderNotPayableError(order.id, order.status);
  const orderCents = centsOf(order.amount);
  return orderCents === amountCents ? undefined : new AmountMismatchError(amountCents, orderCents);
}

/** The work's result, or a ProcessorTooSlowError once the request's time is over; the work goes on. */
async function inTime<Result>(work: Promise<Result>): Promise<Result> {
  const limitMs = remainingMs();
  if (limitMs === Infinity) return work;
  const tooSlow = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => {
      tooSlow.reject(new ProcessorTooSlowError());
    },
    Math.max(limitMs, 0),
  );
  try {
    return await Promise.race([work, tooSlow.promise]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined); // nobody waits for it any more; a retry sees what became of it
  }
}

function refundableCents(id: number, row: PaymentRow | undefined, amount: number | undefined): number {
  if (row === undefined) throw new PaymentNotFoundError(id);
  if (row.status !== 'success') throw new NotRefundableError(id, row.status);
  const amountCents = amount === undefined ? row.amount_cents : centsOf(amount);
  if (amountCents > row.amount_cents) throw new RefundTooHighError();
  return amountCents;
}

const fingerprintOf = (...parts: readonly (string | number)[]): string =>
  createHash('sha256').update(parts.join('\n')).digest('hex');

const paymentOf = (row: PaymentRow): Payment => ({
  id: row.id,
  order_id: row.order_id,
  amount: amountOf(row.amount_cents),
  method: row.method,
  status: row.status,
  transaction_id: row.transaction_id,
  error_code: row.error_code,
  gateway_fee: amountOf(row.fee_cents),
  processing_time: row.processing_ms / 1000,
});
