import { z } from 'zod';

export const centsOf = (amount: number): number => Math.round(amount * 100);

export const amountOf = (cents: number): number => cents / 100;

/** Money over HTTP: a number with at most two decimals. Inside it is integer cents. */
export const Amount = z
  .number()
  .refine(amount => amountOf(centsOf(amount)) === amount, 'must have at most two decimals')
  .meta({ examples: [99.99] });

// Tax included, the cents still fit the integers of a database.
const MAX_ORDER = 10_000_000;
const MAX_PAID = 20_000_000;

const positive = (max: number, message: string) =>
  Amount.max(max, `must be at most ${max.toLocaleString('en-US')}`)
    .refine(amount => amount > 0, message)
    .meta({ exclusiveMinimum: 0, examples: [99.99] });

/** What an order may be worth before tax. */
export const OrderAmount = positive(MAX_ORDER, 'Order amount must be positive');

/** What may be charged: any order's total. */
export const PaymentAmount = positive(MAX_PAID, 'Payment amount must be positive');

/** What may be given back. */
export const RefundAmount = positive(MAX_PAID, 'Refund amount must be positive');
