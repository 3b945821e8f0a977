import { describe, expect, test } from '@jest/globals';
import { durationText, durationValue, parseDuration, percentText, rateText } from './duration-text.ts';

describe('a duration', () => {
  test.each([
    [0, '0 ns'],
    [87_000, '87 µs'],
    [3_100_000, '3.1 ms'],
    [412_300_000, '412 ms'],
    [999_600_000, '1 s'],
    [1_243_000_000, '1.24 s'],
    [59_800_000_000, '1 min'],
    [72_000_000_000, '1 min 12 s'],
    [7_500_000_000_000, '2 h 5 min'],
    [-31_000_000, '−31 ms'],
  ])('of %d ns reads %s', (ns, text) => {
    expect(durationText(ns)).toBe(text);
  });

  test.each([
    ['200ms', 200e6],
    ['1.5s', 1.5e9],
    ['87us', 87e3],
    ['2m', 120e9],
    ['300', 300e6],
  ])('written %s is read', (text, ns) => {
    expect(parseDuration(text)).toBe(ns);
  });

  test.each([87_400, 412_300_000, 59_800_000_000, 171_000_000_000, 7_512_000_000_000, 450])(
    'of %d ns is written so that the search bar reads it',
    ns => {
      expect((parseDuration(durationValue(ns)) ?? 0) / ns).toBeCloseTo(1, 2);
    },
  );

  test.each(['', 'fast', '10 parsecs', '1..5s'])('is not made of %j', text => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

test('a share keeps a figure where it is small, and is never zero by rounding', () => {
  expect([0.52, 0.021, 0.0001, 0].map(percentText)).toEqual(['52 %', '2.1 %', '< 0.1 %', '0 %']);
});

test('a slow rate is told by the minute or the hour', () => {
  expect([1204, 12, 0.4, 0.02, 0.0003, 0].map(rateText)).toEqual([
    '1,204/s',
    '12/s',
    '0.4/s',
    '1.2/min',
    '1.1/h',
    '0/s',
  ]);
});
