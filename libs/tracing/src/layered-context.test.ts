import { expect, test } from '@jest/globals';
import { ROOT_CONTEXT, createContextKey, propagation, trace } from '@opentelemetry/api';
import type { Context } from '@opentelemetry/api';
import { rootContext } from './layered-context.ts';

const keys = Array.from({ length: 4 }, (_, i) => createContextKey(`key ${i}`));

test('holds, replaces and forgets values as the context of the API does, each context for itself', () => {
  const pairs: (readonly [Context, Context])[] = [[rootContext, ROOT_CONTEXT]];
  let state = 1;
  const random = (below: number) => (state = (state * 48_271) % 2_147_483_647) % below;
  for (let i = 0; i < 500; i++) {
    const [ours, theirs] = pairs[random(pairs.length)] ?? [rootContext, ROOT_CONTEXT];
    const key = keys[random(keys.length)] ?? Symbol('none');
    const isSet = random(3) > 0;
    pairs.push(
      isSet ? [ours.setValue(key, i), theirs.setValue(key, i)] : [ours.deleteValue(key), theirs.deleteValue(key)],
    );
  }
  for (const [ours, theirs] of pairs) for (const key of keys) expect(ours.getValue(key)).toBe(theirs.getValue(key));
});

test('does not grow with what is set again and again, in turns', () => {
  let active = rootContext;
  for (let i = 0; i < 100_000; i++) active = active.setValue(keys[i % 4] ?? Symbol('none'), i);
  expect(keys.map(key => active.getValue(key))).toEqual([99_996, 99_997, 99_998, 99_999]);
  expect(active.getValue(Symbol('other'))).toBeUndefined();
});

test('carries spans and baggage for the API', () => {
  const span = trace.wrapSpanContext({ traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 });
  const baggage = propagation.createBaggage({ tenant: { value: 'a' } });
  const inside = trace.setSpan(propagation.setBaggage(rootContext, baggage), span);
  expect(trace.getSpan(inside)).toBe(span);
  expect(propagation.getBaggage(inside)?.getEntry('tenant')).toEqual({ value: 'a' });
  expect(trace.getSpan(trace.deleteSpan(inside))).toBeUndefined();
  expect(trace.getSpan(rootContext)).toBeUndefined();
});
