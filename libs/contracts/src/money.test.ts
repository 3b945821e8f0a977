import { describe, expect, test } from '@jest/globals';
import { Amount, amountOf, centsOf } from './money.ts';

describe('Amount', () => {
  test.each([0.07, 1.1, 99.99, 107.99, 1234567.89])('accepts %d, which two decimals can say', amount => {
    expect(Amount.parse(amount)).toBe(amount);
    expect(amountOf(centsOf(amount))).toBe(amount);
  });

  test.each([0.001, 99.999, NaN, Infinity, '1.00'])('refuses %p', amount => {
    expect(Amount.safeParse(amount).success).toBe(false);
  });
});
