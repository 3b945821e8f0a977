import { expect, test } from '@jest/globals';
import { documentedSettings, settingsOf } from '@tracelab/test-stack';
import { Env } from './config.ts';

test('docs/shop.md has every setting, with its default', () => {
  expect(documentedSettings('perf-tracer')).toEqual(settingsOf(Env));
});
