import { Readable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { jsonArray } from './json-array.ts';

test.each([0, 1, 3, 50_000])('%d values are the array that JSON makes of them, in portions', async count => {
  const values = Array.from({ length: count }, (_, i) => `value ${i}`);
  const portions = (await Readable.from(jsonArray(values, value => ({ value }))).toArray()) as string[];
  expect(portions.join('')).toBe(JSON.stringify(values.map(value => ({ value }))));
  expect(Math.max(...portions.map(({ length }) => length))).toBeLessThan(70_000);
});
