import { expect, test } from '@jest/globals';
import { documentedSettings, settingsOf } from '@tracelab/test-stack';
import { DEMO_DEFAULTS, Env } from './config.ts';

test('every step takes as long, and fails as often, as in the system this one grew from', () => {
  expect(DEMO_DEFAULTS).toEqual({
    delays: {
      get_user: [10, 50],
      create_user: [20, 80],
      validate_user_data: [5, 20],
      get_user_orders: [10, 40],
    },
    failureRates: {},
  });
});

test('docs/shop.md has every setting, with its default', () => {
  expect(documentedSettings('user')).toEqual(settingsOf(Env));
});
