import { expect, test } from '@jest/globals';
import { SeededRandom } from './seeded-random.ts';

const draws = (seed: number, name: string) => {
  const random = new SeededRandom(seed, name);
  return Array.from({ length: 1_000 }, () => random.next());
};

test('seed and name decide every number', () => {
  expect(draws(1, 'user 1')).toEqual(draws(1, 'user 1'));
  expect(draws(1, 'user 1')).not.toEqual(draws(1, 'user 2'));
  expect(draws(1, 'user 1')).not.toEqual(draws(2, 'user 1'));
});

test('the numbers are spread evenly over [0, 1)', () => {
  const tenths = Map.groupBy(draws(5, 'x'), value => Math.floor(value * 10));
  expect([...tenths.keys()].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  for (const tenth of tenths.values()) expect(Math.abs(tenth.length - 100)).toBeLessThan(40);
});

test('choices come as often as their weights say', () => {
  const random = new SeededRandom(3, 'w');
  const picked = Array.from(
    { length: 10_000 },
    () =>
      random.weighted([
        { weight: 1, is: 'a' },
        { weight: 3, is: 'b' },
      ]).is,
  );
  expect(picked.filter(is => is === 'a').length / 10_000).toBeCloseTo(0.25, 1);
});

test('whole numbers reach both ends', () => {
  const random = new SeededRandom(4, 'i');
  expect(new Set(Array.from({ length: 200 }, () => random.integer(1, 3)))).toEqual(new Set([1, 2, 3]));
});
