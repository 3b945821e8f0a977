import { amountOf } from '@tracelab/contracts/money';
import { counter, histogram, Span } from '@tracelab/tracing';

/** The attributes that this service writes; each key stands here and nowhere else. */
export const Key = {
  service: 'service',
  operation: 'operation',
  orderId: 'payment.order_id',
  amount: 'payment.amount',
  method: 'payment.method',
  paymentId: 'payment.id',
  status: 'payment.status',
  found: 'payment.found',
  recorded: 'payment.recorded',
  error: 'payment.error',
  isReplay: 'payment.replayed',
  gatewayProvider: 'gateway.provider',
  gatewayMethod: 'gateway.method',
  gatewayAmount: 'gateway.amount',
  gatewayProcessingTime: 'gateway.processing_time',
  gatewaySuccess: 'gateway.success',
  gatewayTransactionId: 'gateway.transaction_id',
  gatewayFee: 'gateway.fee',
  gatewayErrorCode: 'gateway.error_code',
  confirmationPaymentId: 'confirmation.payment_id',
  confirmationOrderId: 'confirmation.order_id',
  confirmationSuccess: 'confirmation.success',
  confirmationType: 'confirmation.type',
  confirmationError: 'confirmation.error',
  refundId: 'refund.id',
  refundAmount: 'refund.amount',
} as const;

/** The events that this service tells. */
export const Event = {
  authorized: 'payment.authorized',
  declined: 'payment.declined',
  replayed: 'payment.replayed',
  recorded: 'payment.recorded',
  refunded: 'payment.refunded',
  confirmationSent: 'confirmation.sent',
  confirmationFailed: 'confirmation.failed',
  orderBehind: 'order.update_failed',
} as const;

const paymentsMade = counter('shop.payments', {
  description: 'Payments by method and outcome.',
  unit: '{payment}',
});
const paymentAmount = histogram('shop.payment.amount', { description: 'Amounts that were charged.' });

/** Counts a payment whose outcome has just been written down. */
export function countPayment({ method, status, amount_cents }: CountedPayment): void {
  paymentsMade.add(1, { [Key.method]: method, [Key.status]: status });
  if (status === 'success') paymentAmount.record(amountOf(amount_cents), { [Key.method]: method });
}

interface CountedPayment {
  readonly method: string;
  readonly status: string;
  readonly amount_cents: number;
}

/** A step of the payment service, as a span. */
export const Step = (operation: string) =>
  Span(`payment_service.${operation}`, { attributes: { [Key.service]: 'payment', [Key.operation]: operation } });
