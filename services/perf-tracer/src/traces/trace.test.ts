import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Instant } from './clock.ts';
import { addSteps, type Advance, durationNs, end, endWith, keyOf, startedAt, type StepRecord } from './trace.ts';

const instant = (ns: bigint): Instant => ({ clockId: 'one', monotonicNs: ns, wallNs: 0n });
const begun = () => startedAt({ tag: 'tag', id: null }, instant(1_000n));
const step = (name: string, isTracked = true, ageNs = 0n) => ({ name, isTracked, ageNs });

const finish = ({ trace, endNs = 0n }: Advance, steps: readonly StepRecord[] = []) => ({ ...trace, endNs, steps });

describe('the duration algebra', () => {
  test('a step lasts since the step before, the first since the start', () => {
    const first = addSteps(begun(), [step('a')], instant(1_250n));
    const second = addSteps(first.trace, [step('b')], instant(1_300n));
    expect([first.added[0]?.durationNs, second.added[0]?.durationNs]).toEqual([250n, 50n]);
  });

  test('an untracked step keeps its duration and takes it from the total; the next one is not affected', () => {
    const thinking = addSteps(begun(), [step('thinks', false)], instant(2_000n));
    const working = addSteps(thinking.trace, [step('works')], instant(2_300n));
    expect([...thinking.added, ...working.added].map(each => each.durationNs)).toEqual([1_000n, 300n]);
    expect(durationNs(finish(end(working.trace, instant(2_400n))))).toBe(400n);
  });

  test('what comes after the last step counts', () => {
    const { trace } = addSteps(begun(), [step('a')], instant(1_100n));
    expect(durationNs(finish(end(trace, instant(1_900n))))).toBe(900n);
  });

  test('a step that ends the trace is the end', () => {
    const last = endWith(addSteps(begun(), [step('a')], instant(1_100n)));
    expect(last.endNs).toBe(last.added[0]?.atNs);
  });

  test('total and untracked time are the time from start to end, for any sequence of steps', () => {
    const sequence = fc.array(
      fc.record({
        afterNs: fc.bigInt({ min: -(10n ** 9n), max: 10n ** 15n }),
        isTracked: fc.boolean(),
        ageNs: fc.bigInt({ min: 0n, max: 10n ** 12n }),
      }),
    );
    fc.assert(
      fc.property(
        sequence,
        fc.bigInt({ min: 0n, max: 10n ** 15n }),
        fc.boolean(),
        (steps, tailNs, isEndingWithStep) => {
          let now = 1_000n;
          let trace = begun();
          let last: Advance = { trace, added: [] };
          const all: StepRecord[] = [];
          for (const { afterNs, isTracked, ageNs } of steps) {
            now += afterNs;
            last = addSteps(trace, [step('x', isTracked, ageNs)], instant(now));
            trace = last.trace;
            all.push(...last.added);
          }
          const finished = finish(isEndingWithStep ? endWith(last) : end(trace, instant(now + tailNs)), all);
          const untracked = all.filter(each => !each.isTracked).reduce((sum, each) => sum + each.durationNs, 0n);
          expect(durationNs(finished) + untracked).toBe(finished.endNs);
          expect(all.every(each => each.durationNs >= 0n)).toBe(true);
          expect(all.reduce((sum, each) => sum + each.durationNs, 0n)).toBe(trace.lastNs);
          expect(finished.endNs).toBeGreaterThanOrEqual(trace.lastNs);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('a batch is the same as its steps one by one', () => {
    const batch = addSteps(begun(), [step('a', true, 700n), step('b', false, 500n), step('c')], instant(2_000n));
    expect(batch.added.map(({ atNs, durationNs }) => [atNs, durationNs])).toEqual([
      [300n, 300n],
      [500n, 200n],
      [1_000n, 500n],
    ]);
    expect(batch.trace).toMatchObject({ stepCount: 3, untrackedNs: 200n, lastNs: 1_000n });
  });
});

describe('the clocks', () => {
  const at = (clockId: string, monotonicNs: bigint, wallNs: bigint): Instant => ({ clockId, monotonicNs, wallNs });

  test('a jump of the wall clock changes no duration', () => {
    const trace = startedAt({ tag: 't', id: null }, at('one', 100n, 5_000n));
    expect(end(trace, at('one', 300n, -9_000_000n)).endNs).toBe(200n);
  });

  test('after a reboot, which restarts the monotonic clock, the wall clock tells what passed', () => {
    const trace = startedAt({ tag: 't', id: null }, at('one', 9_000n, 5_000n));
    const { trace: reached } = addSteps(trace, [step('a')], at('one', 9_100n, 5_100n));
    expect(addSteps(reached, [step('b')], at('two', 3n, 5_700n)).added[0]?.durationNs).toBe(600n);
  });

  test('time does not run backwards, even where the wall clock was set back during a reboot', () => {
    const trace = startedAt({ tag: 't', id: null }, at('one', 0n, 5_000n));
    const { trace: reached } = addSteps(trace, [step('a')], at('one', 800n, 5_800n));
    expect(end(reached, at('two', 0n, 1_000n)).endNs).toBe(800n);
  });
});

test('two traces never share a key, one trace never has two', () => {
  expect(keyOf({ tag: 'a', id: 'b:c' })).not.toBe(keyOf({ tag: 'a:b', id: 'c' }));
  expect(keyOf({ tag: 'a', id: 'default' })).not.toBe(keyOf({ tag: 'a', id: null }));
  expect(keyOf({ tag: 'a', id: '' })).toBe(keyOf({ tag: 'a', id: null }));
  const name = fc.record({ tag: fc.string({ unit: 'binary' }), id: fc.option(fc.string({ minLength: 1 })) });
  fc.assert(
    fc.property(name, name, (one, other) => {
      expect(keyOf(one) === keyOf(other)).toBe(one.tag === other.tag && one.id === other.id);
    }),
  );
});
