import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { PaymentAmount, RefundAmount } from './money.ts';
import { OrderNotFound } from './order.ts';
import { IdText } from './page.ts';
import { problemType } from './problem.ts';

export const PaymentMethod = z.enum(['credit_card', 'debit_card', 'paypal', 'bank_transfer'], {
  error: issue =>
    issue.input === undefined
      ? undefined
      : 'Invalid payment method. Must be one of: [credit_card, debit_card, paypal, bank_transfer]',
});
export type PaymentMethod = z.infer<typeof PaymentMethod>;

export const DeclineReason = z.enum(['insufficient_funds', 'card_declined', 'expired_card', 'invalid_cvv']);
export type DeclineReason = z.infer<typeof DeclineReason>;

export const PaymentStatus = z.enum(['processing', 'success', 'failed', 'refunded']);
export type PaymentStatus = z.infer<typeof PaymentStatus>;

export const Payment = z
  .object({
    id: z.int(),
    order_id: z.int(),
    amount: z.number(),
    method: PaymentMethod,
    status: PaymentStatus,
    transaction_id: z.string().nullable(),
    error_code: DeclineReason.nullable(),
    gateway_fee: z.number(),
    /** Seconds that the card processor took. */
    processing_time: z.number(),
  })
  .meta({
    id: 'Payment',
    examples: [
      {
        id: 1001,
        order_id: 103,
        amount: 107.99,
        method: 'credit_card',
        status: 'success',
        transaction_id: 'txn_123456',
        error_code: null,
        gateway_fee: 3.13,
        processing_time: 0.214,
      },
    ],
  });
export type Payment = z.infer<typeof Payment>;

export const CreatePayment = z
  .object({
    order_id: z.int().min(1).max(2_147_483_647),
    amount: PaymentAmount,
    method: PaymentMethod,
  })
  .meta({ id: 'CreatePayment', examples: [{ order_id: 102, amount: 49.99, method: 'credit_card' }] });
export type CreatePayment = z.infer<typeof CreatePayment>;

export const PaymentParams = z.object({ payment_id: IdText.meta({ examples: ['1001'] }) });
export type PaymentParams = z.output<typeof PaymentParams>;

export const RefundPayment = z
  .object({
    /** The whole payment where none is given. */
    amount: RefundAmount.optional(),
  })
  .meta({ examples: [{ amount: 10 }] });
export type RefundPayment = z.infer<typeof RefundPayment>;

export const Refund = z
  .object({
    refund_id: z.string(),
    payment_id: z.int(),
    amount: z.number(),
    status: z.literal('success'),
  })
  .meta({ id: 'Refund', examples: [{ refund_id: 'ref_123456', payment_id: 1001, amount: 10, status: 'success' }] });
export type Refund = z.infer<typeof Refund>;

export const PaymentNotFound = problemType({ code: 'PaymentNotFound', kind: 'not-found', title: 'No such payment' });
export const PaymentDeclined = problemType({
  code: 'PaymentDeclined',
  kind: 'declined',
  title: 'The payment was declined',
  members: z.object({
    payment_id: z.int().meta({ examples: [1001] }),
    /** Null when the payment was broken off before the card was asked. */
    error_code: DeclineReason.nullable().meta({ examples: ['expired_card'] }),
  }),
});
export const AmountMismatch = problemType({
  code: 'AmountMismatch',
  kind: 'conflict',
  title: "The amount is not the order's",
});
export const OrderNotPayable = problemType({
  code: 'OrderNotPayable',
  kind: 'conflict',
  title: 'The order is paid already, or no longer open',
});
export const PaymentInProgress = problemType({
  code: 'PaymentInProgress',
  kind: 'conflict',
  title: 'Another payment of this order is being made',
});
export const IdempotencyKeyReused = problemType({
  code: 'IdempotencyKeyReused',
  kind: 'malformed',
  title: 'The Idempotency-Key belongs to another request',
});
export const NotRefundable = problemType({
  code: 'NotRefundable',
  kind: 'conflict',
  title: 'The payment cannot be refunded',
});
export const RefundTooHigh = problemType({
  code: 'RefundTooHigh',
  kind: 'malformed',
  title: 'Refund amount cannot exceed original payment amount',
});
export const RefundFailed = problemType({
  code: 'RefundFailed',
  kind: 'declined',
  title: 'The refund was declined',
});

export const createPayment = endpoint({
  method: 'POST',
  path: '/payments',
  summary: 'Pay an order: its own amount, once, whatever is retried under one Idempotency-Key',
  body: CreatePayment,
  response: Payment,
  status: 201,
  takesIdempotencyKey: true,
  errors: [PaymentDeclined, OrderNotFound, AmountMismatch, OrderNotPayable, PaymentInProgress, IdempotencyKeyReused],
});

export const getPayment = endpoint({
  method: 'GET',
  path: '/payments/{payment_id}',
  summary: 'One payment',
  params: PaymentParams,
  response: Payment,
  errors: [PaymentNotFound],
});

export const refundPayment = endpoint({
  method: 'POST',
  path: '/payments/{payment_id}/refund',
  summary: 'Give a payment back, whole or in part, once',
  params: PaymentParams,
  body: RefundPayment,
  response: Refund,
  status: 201,
  errors: [PaymentNotFound, NotRefundable, RefundTooHigh, RefundFailed],
});

/** What a caller may name a payment by, so that asking again is harmless. */
export const IdempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters')
  .optional()
  .meta({
    description: 'Names this payment: asking again with the same key gives the same answer and charges nothing.',
    examples: ['2f1c7a52-order-102'],
  });
