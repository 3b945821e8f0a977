import { expect, test } from '@jest/globals';
import { rowFilter } from './row-filter.ts';

const ROWS = [
  { event: 'ENTER', method: 'getOrder', args: '{"name":"ann"}' },
  { event: 'EXIT', method: 'getOrder' },
  { event: 'ENTER', method: 'forgetOrder', args: { name: 'ann' } },
  { event: 'EXIT', method: 'forgetOrder', result: null },
];

test.each([
  ['args contains "ann"', [0, 2]],
  ['not (args contains "ann")', [1, 3]],
  ['result matches /u/', [3]],
  ['toString contains "native"', []],
  ['missing matches /undefined/', []],
  ['method matches /get/g', [0, 1, 2, 3]],
  ['method matches /get/y', [0, 1, 2, 3]],
  ['method matches "^get"', [0, 1]],
  ['method constructor "get"', []],
  ['method matches "("', []],
])('%s finds rows %j', (text, found) => {
  expect([...ROWS.keys()].filter(index => rowFilter(text)(ROWS[index] ?? {}))).toEqual(found);
  const matches = rowFilter(text);
  expect([...ROWS.keys()].filter(index => matches(ROWS[index] ?? {}))).toEqual(found);
});
