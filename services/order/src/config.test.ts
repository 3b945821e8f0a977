import { expect, test } from '@jest/globals';
import { documentedSettings, settingsOf } from '@tracelab/test-stack';
import { DEMO_DEFAULTS, Env } from './config.ts';

test('every step takes as long, and fails as often, as in the system this one grew from', () => {
  expect(DEMO_DEFAULTS).toEqual({
    delays: {
      get_order: [10, 50],
      create_order: [20, 80],
      validate_order_data: [5, 20],
      check_inventory: [10, 30],
      calculate_total: [5, 20],
      send_notification: [10, 30],
      update_status: [10, 40],
    },
    failureRates: { inventory: 0.05, notification: 0.02 },
  });
});

test('docs/shop.md has every setting, with its default', () => {
  expect(documentedSettings('order')).toEqual(settingsOf(Env));
});
