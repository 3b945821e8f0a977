import { expect, test } from '@jest/globals';
import { summarize } from './summarize.ts';
import type { FinishedTrace } from './trace.ts';

const MS = 1_000_000n;

const lasting = (ms: number): FinishedTrace => ({
  tag: 'tag',
  id: null,
  start: { clockId: 'one', monotonicNs: 0n, wallNs: 0n },
  lastNs: BigInt(ms) * MS,
  untrackedNs: 0n,
  stepCount: 1,
  endNs: BigInt(ms) * MS,
  steps: [{ name: 'only', isTracked: true, atNs: BigInt(ms) * MS, durationNs: BigInt(ms) * MS }],
});

test('percentiles are durations that occurred, by nearest rank', async () => {
  // In no order, so that the statistics have to sort: 1 to 200 ms.
  const traces = Array.from({ length: 200 }, (_, i) => lasting(((i * 77) % 200) + 1));
  const { total, steps } = await summarize('tag', traces);
  expect(total).toEqual({
    count: 200,
    min_seconds: 0.001,
    mean_seconds: 0.1005,
    p50_seconds: 0.1,
    p95_seconds: 0.19,
    p99_seconds: 0.198,
    max_seconds: 0.2,
  });
  expect(steps).toEqual([{ step_name: 'only', ...total }]);
});

test('of one trace every figure is its own', async () => {
  const { total } = await summarize('tag', [lasting(7)]);
  expect(new Set(Object.values(total))).toEqual(new Set([1, 0.007]));
});

test('of no trace there is a count and nothing else', async () => {
  const nothing = { min_seconds: null, mean_seconds: null, p50_seconds: null, p95_seconds: null, p99_seconds: null };
  expect(await summarize('tag', [])).toEqual({
    trace_tag: 'tag',
    total: { count: 0, ...nothing, max_seconds: null },
    steps: [],
  });
});

test('names that are never the same again are told up to a number; the whole is of all', async () => {
  const steps = Array.from({ length: 10_050 }, (_, i) => ({ name: `${i}`, isTracked: true, atNs: 1n, durationNs: 1n }));
  const summary = await summarize('tag', [{ ...lasting(1), steps }, lasting(2), { ...lasting(3), steps }]);
  expect(summary.steps).toHaveLength(10_000);
  expect(summary.steps.every(({ count }) => count === 2)).toBe(true);
  expect(summary.total.count).toBe(3);
});
