import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { LatencyRecorder } from './latency-recorder.ts';

const recorded = (values: readonly number[]) => {
  const recorder = new LatencyRecorder();
  values.forEach((ms, at) => {
    recorder.record(ms, `trace ${at}`);
  });
  return recorder;
};

const nearestRank = (values: readonly number[], quantile: number) =>
  values.toSorted((left, right) => left - right)[Math.max(1, Math.ceil(quantile * values.length)) - 1] ?? 0;

// Each run makes histograms of a hundred kilobytes.
const RUNS = { numRuns: 40 };

const latencies = fc.array(fc.double({ min: 0.001, max: 120_000, noNaN: true }), { minLength: 1, maxLength: 300 });

describe('a percentile', () => {
  test('is the nearest rank, exact to three figures, whatever was recorded', () => {
    fc.assert(
      fc.property(latencies, fc.constantFrom(0.5, 0.9, 0.95, 0.99, 0.999, 1), (values, quantile) => {
        const truth = nearestRank(values, quantile);
        expect(Math.abs(recorded(values).mark(quantile).ms - truth)).toBeLessThanOrEqual(truth * 0.001 + 0.001);
      }),
      RUNS,
    );
  });

  test('names a request that had it', () => {
    fc.assert(
      fc.property(latencies, fc.constantFrom(0.5, 0.9, 0.99, 1), (values, quantile) => {
        const { ms, traceId } = recorded(values).mark(quantile);
        const behind = values[Number(traceId.split(' ')[1])] ?? NaN;
        expect(Math.abs(behind - ms)).toBeLessThanOrEqual(ms * 0.001 + 0.001);
      }),
      RUNS,
    );
  });

  test('has a range that holds it, and that more requests make narrower', () => {
    const width = (count: number) => {
      const { ms, lowMs, highMs } = recorded(Array.from({ length: count }, (_, at) => 10 + (90 * at) / count)).mark(
        0.5,
      );
      expect(lowMs).toBeLessThanOrEqual(ms);
      expect(highMs).toBeGreaterThanOrEqual(ms);
      return highMs - lowMs;
    };
    expect(width(10_000)).toBeLessThan(width(100) / 5);
  });
});

test('least, mean and greatest are exact', () => {
  const recorder = recorded([3.14159, 2.71828, 1_000.123456]);
  expect(recorder.minMs).toBe(2.71828);
  expect(recorder.mark(1).ms).toBe(1_000.123456);
  expect(recorder.meanMs).toBeCloseTo((3.14159 + 2.71828 + 1_000.123456) / 3, 9);
});

test('what two recorders merge is what one would have recorded', () => {
  fc.assert(
    fc.property(latencies, latencies, (left, right) => {
      const merged = recorded(left);
      merged.merge(recorded(right));
      const one = recorded([...left, ...right]);
      for (const quantile of [0.5, 0.9, 0.99, 1]) expect(merged.mark(quantile).ms).toBe(one.mark(quantile).ms);
      expect([merged.count, merged.minMs, merged.maxMs]).toEqual([one.count, one.minMs, one.maxMs]);
    }),
    RUNS,
  );
});

test('the bins hold every request, each bin beginning where the one before ends', () => {
  fc.assert(
    fc.property(latencies, values => {
      const bins = recorded(values).bins();
      expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(values.length);
      bins.slice(1).forEach((bin, at) => {
        expect(bin.fromMs).toBe(bins[at]?.toMs);
      });
    }),
    RUNS,
  );
});

test('nothing recorded is nothing, not a fault', () => {
  const empty = new LatencyRecorder();
  expect(empty.mark(0.99)).toEqual({ ms: 0, lowMs: 0, highMs: 0, traceId: '' });
  expect(empty.bins()).toEqual([]);
  expect([empty.minMs, empty.meanMs, empty.maxMs]).toEqual([0, 0, 0]);
});
