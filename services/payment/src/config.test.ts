import { expect, test } from '@jest/globals';
import { documentedSettings, settingsOf } from '@tracelab/test-stack';
import { DEMO_DEFAULTS, Env } from './config.ts';

test('every step takes as long, and fails as often, as in the system this one grew from', () => {
  expect(DEMO_DEFAULTS).toEqual({
    delays: {
      validate_payment_data: [5, 20],
      credit_card: [100, 300],
      debit_card: [80, 250],
      paypal: [50, 150],
      bank_transfer: [200, 500],
      record_payment: [10, 50],
      send_confirmation: [10, 30],
      get_payment: [10, 50],
      refund_payment: [50, 150],
    },
    failureRates: { payment: 0.1, confirmation: 0.01, refund: 0.05 },
  });
});

test('docs/shop.md has every setting, with its default', () => {
  expect(documentedSettings('payment')).toEqual(settingsOf(Env));
});
