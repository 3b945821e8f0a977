import { z } from 'zod';

/** Money over HTTP: a number with at most two decimals. Inside it is integer cents. */
export const Amount = z
  .number()
  .min(-10_000_000)
  .max(10_000_000, 'must be at most 10,000,000')
  .refine(amount => Math.abs(amount * 100 - Math.round(amount * 100)) < 1e-6, 'must have at most two decimals')
  .meta({ examples: [99.99] });

export const centsOf = (amount: number): number => Math.round(amount * 100);

export const amountOf = (cents: number): number => cents / 100;
