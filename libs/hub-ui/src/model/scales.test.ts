import { describe, expect, test } from '@jest/globals';
import { linearTicks, logTicks, timeTicks } from './axis-ticks.ts';
import { barOf, mergedBars, parseView, viewAround, viewText } from './bar-geometry.ts';
import { ageText, clockText, momentText, utcText } from './clock-text.ts';
import { boundsOf, rangeLabel, rangeOf, rangeParameters } from './time-range.ts';
import { traceTree } from '@tracelab/trace-model';
import { makeSpans } from '../../../trace-model/test/make-spans.ts';

describe('ticks', () => {
  test('are round, and at most as many as asked for, give or take the ends', () => {
    expect(linearTicks(0, 652, 6)).toEqual([0, 200, 400, 600]);
    expect(linearTicks(3, 4, 5)).toEqual([3, 3.2, 3.4000000000000004, 3.6, 3.8000000000000003, 4]);
    expect(linearTicks(7, 7, 5)).toEqual([7]);
  });

  test('of a logarithmic scale fall on powers of ten', () => {
    expect(logTicks(20, 2000)).toEqual([30, 100, 300, 1000]);
    expect(logTicks(1, 1e6)).toEqual([1, 10, 100, 1000, 10_000, 100_000, 1e6]);
  });

  test('of time fall on round moments of the clock', () => {
    const noon = new Date(2026, 10, 20, 12, 0, 7).getTime();
    expect(timeTicks(noon, noon + 60_000, 4).map(tick => clockText(tick))).toEqual([
      '12:00:15.000',
      '12:00:30.000',
      '12:00:45.000',
      '12:01:00.000',
    ]);
  });
});

describe('a bar', () => {
  const view = { fromNs: 100, toNs: 300 };

  test('is clipped to what is on the screen', () => {
    expect(barOf(150, 250, view)).toEqual({ left: 25, width: 50 });
    expect(barOf(0, 200, view)).toEqual({ left: 0, width: 50 });
    expect(barOf(250, 900, view)).toEqual({ left: 75, width: 25 });
    expect(barOf(301, 400, view)).toBeUndefined();
  });

  test('of many spans is one where they touch', () => {
    const trace = traceTree(
      makeSpans({ id: 'a', at: [0, 100] }, { id: 'b', at: [50, 140] }, { id: 'c', at: [200, 240] }),
    );
    expect(mergedBars(trace.nodes, { fromNs: 0, toNs: 400 })).toEqual([
      { left: 0, width: 35 },
      { left: 50, width: 10 },
    ]);
  });

  test('view survives the URL, and nonsense shows all', () => {
    expect(parseView(viewText({ fromNs: 5, toNs: 80 }), 100)).toEqual({ fromNs: 5, toNs: 80 });
    for (const text of ['', '80-5', 'x', '5-5']) expect(parseView(text, 100)).toEqual({ fromNs: 0, toNs: 100 });
  });

  test('view around a span leaves a margin and stays within the trace', () => {
    const [root] = traceTree(makeSpans({ id: 'a', at: [0, 100_000] })).nodes;
    expect(root && viewAround(root, 102_000)).toEqual({ fromNs: 0, toNs: 102_000 });
  });
});

describe('a time range', () => {
  test.each(['', 'last=15', 'from=1000&to=2000'])('%j survives the URL', query => {
    const range = rangeOf(new URLSearchParams(query));
    const kept = Object.entries(rangeParameters(range)).filter((entry): entry is [string, string] => entry[1] !== null);
    expect(new URLSearchParams(kept).toString()).toBe(query);
  });

  test('that makes no sense is all time', () => {
    for (const query of ['last=-5', 'from=2000&to=1000', 'last=x'])
      expect(rangeOf(new URLSearchParams(query))).toEqual({ kind: 'all' });
  });

  test('has bounds and a name', () => {
    expect(boundsOf({ kind: 'last', minutes: 15 }, 1_000_000)).toEqual({ startMs: 100_000 });
    expect(boundsOf({ kind: 'all' }, 5)).toEqual({});
    expect(rangeLabel({ kind: 'last', minutes: 60 }, 0)).toBe('1 hour');
  });
});

test('times are the reader’s, the day named when it is another', () => {
  const then = new Date(2026, 10, 20, 9, 5, 3, 7).getTime();
  expect(momentText(then, then)).toBe('09:05:03.007');
  expect(momentText(then, then + 86_400_000)).toBe('2026-11-20 09:05:03.007');
  expect(utcText(0)).toBe('1970-01-01T00:00:00.000Z');
  expect([500, 61_000, 7_300_000].map(age => ageText(then, then + age))).toEqual([
    'just now',
    '1 minute ago',
    '2 hours ago',
  ]);
});
