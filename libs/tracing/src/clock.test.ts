import { afterAll, expect, test } from '@jest/globals';
import type { HrTime } from '@opentelemetry/api';
import { millisToHrTime } from '@opentelemetry/core';
import fc from 'fast-check';
import { traceToMemory } from '../test/memory-tracing.ts';
import { hrTimeOfMs } from './clock.ts';
import { withSpan } from './index.ts';

const memory = traceToMemory({ clients: [] });
afterAll(() => memory.tracing.shutdown());

const ns = ([seconds, nanos]: HrTime) => BigInt(seconds) * 1_000_000_000n + BigInt(nanos);

test('steps one after the other do not overlap, whatever part of a millisecond they take', async () => {
  await withSpan('root', async () => {
    for (let i = 0; i < 300; i++) {
      if (i % 10 === 0) await withSpan(`step ${i}`, () => new Promise(setImmediate));
      else withSpan(`step ${i}`, () => undefined);
    }
  });
  const spans = await memory.spans();
  const [root] = spans.filter(({ name }) => name === 'root');
  const steps = spans.filter(({ name }) => name !== 'root');
  expect(steps).toHaveLength(300);
  const overlaps = steps.filter((step, i) => i > 0 && ns(step.startTime) < ns(steps[i - 1]?.endTime ?? [0, 0]));
  expect(overlaps.map(({ name }) => name)).toEqual([]);
  const outside = steps.filter(
    ({ startTime, endTime }) =>
      ns(startTime) < ns(root?.startTime ?? [0, 0]) || ns(endTime) > ns(root?.endTime ?? [0, 0]),
  );
  expect(outside.map(({ name }) => name)).toEqual([]);
  expect(new Set(steps.map(({ startTime }) => ns(startTime) % 1_000_000n)).size).toBeGreaterThan(100);
});

test('a time in milliseconds is split as the SDK splits it', () => {
  const ms = fc.oneof(
    fc.double({ min: 0, max: 1e4, noNaN: true }),
    fc.double({ min: 1.7e12, max: 2.5e12, noNaN: true }),
  );
  fc.assert(
    fc.property(ms, time => {
      expect(hrTimeOfMs(time)).toEqual(millisToHrTime(time));
    }),
    { numRuns: 10_000 },
  );
});
