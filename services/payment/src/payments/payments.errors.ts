import { amountOf } from '@tracelab/contracts/money';
import {
  AmountMismatch,
  type DeclineReason,
  IdempotencyKeyReused,
  NotRefundable,
  OrderNotPayable,
  PaymentDeclined,
  PaymentInProgress,
  PaymentNotFound,
  RefundFailed,
  RefundTooHigh,
} from '@tracelab/contracts/payment';
import { TooSlow } from '@tracelab/contracts/problem';
import { DomainError } from '@tracelab/service-kit';

export class PaymentNotFoundError extends DomainError {
  readonly type = PaymentNotFound;

  constructor(id: number) {
    super(`Payment ${id} not found`);
  }
}

export class PaymentDeclinedError extends DomainError {
  readonly type = PaymentDeclined;
  override readonly members: { readonly error_code: DeclineReason | null; readonly payment_id: number };

  constructor(payment_id: number, error_code: DeclineReason | null) {
    super(`Payment failed: ${error_code?.replaceAll('_', ' ') ?? 'interrupted'}`);
    this.members = { error_code, payment_id };
  }
}

export class AmountMismatchError extends DomainError {
  readonly type = AmountMismatch;

  constructor(askedCents: number, orderCents: number) {
    super(`The order costs ${amountOf(orderCents).toFixed(2)}, not ${amountOf(askedCents).toFixed(2)}`);
  }
}

export class OrderNotPayableError extends DomainError {
  readonly type = OrderNotPayable;

  constructor(orderId: number, status: string) {
    super(`Order ${orderId} is ${status}`);
  }
}

export class PaymentInProgressError extends DomainError {
  readonly type = PaymentInProgress;

  constructor(orderId: number) {
    super(`Order ${orderId} is being paid by another request; look again in a moment`);
  }
}

/** The card may be charged all the same: only asking again under the same key is safe. */
export class ProcessorTooSlowError extends DomainError {
  readonly type = TooSlow;

  constructor() {
    super('The card processor has not answered yet: ask again with the same Idempotency-Key');
  }
}

export class IdempotencyKeyReusedError extends DomainError {
  readonly type = IdempotencyKeyReused;

  constructor() {
    super('This Idempotency-Key was sent with another body before: use a new key for a new payment');
  }
}

export class NotRefundableError extends DomainError {
  readonly type = NotRefundable;

  constructor(id: number, status: string) {
    super(`Payment ${id} is ${status}`);
  }
}

export class RefundTooHighError extends DomainError {
  readonly type = RefundTooHigh;

  constructor() {
    super('Refund amount cannot exceed original payment amount');
  }
}

export class RefundFailedError extends DomainError {
  readonly type = RefundFailed;

  constructor() {
    super('Refund failed: declined by the card processor');
  }
}
