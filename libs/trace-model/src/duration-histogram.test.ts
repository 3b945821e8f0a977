import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import { DurationHistogram } from './duration-histogram.ts';

const Durations = fc.array(fc.integer({ min: 0, max: 1e12 }), { minLength: 1, maxLength: 200 });

function histogramOf(durations: readonly number[]): DurationHistogram {
  const histogram = new DurationHistogram();
  for (const duration of durations) histogram.add(duration);
  return histogram;
}

test('a quantile is within 4.5 % of the duration of that rank', () => {
  fc.assert(
    fc.property(Durations, fc.double({ min: 0, max: 1, noNaN: true }), (durations, quantile) => {
      const sorted = durations.toSorted((left, right) => left - right);
      const exact = sorted[Math.max(1, Math.ceil(quantile * sorted.length)) - 1] ?? NaN;
      const told = histogramOf(durations).quantileNs(quantile) ?? NaN;
      expect(Math.abs(told - exact)).toBeLessThanOrEqual(exact * 0.045 + 1e-9);
    }),
  );
});

test('merging and writing out lose nothing', () => {
  fc.assert(
    fc.property(Durations, Durations, (left, right) => {
      const merged = DurationHistogram.from(histogramOf(left).entries());
      merged.merge(histogramOf(right));
      expect(merged.entries()).toEqual(histogramOf([...left, ...right]).entries());
      expect(merged.count).toBe(left.length + right.length);
    }),
  );
});

test('an empty histogram has no quantiles', () => {
  expect(new DurationHistogram().quantileNs(0.5)).toBeUndefined();
});
