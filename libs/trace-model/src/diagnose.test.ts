import { expect, test } from '@jest/globals';

import { makeSpans, type SpanSketch } from '../test/make-spans.ts';
import { diagnoseTrace } from './diagnose.ts';

const faultsOf = (...sketches: readonly SpanSketch[]) =>
  diagnoseTrace(makeSpans(...sketches)).map(({ fault, spanId }) => `${fault} ${spanId}`);

const root = { id: 'root', kind: 'server', at: [10, 90] } as const;

test('a sound trace has no findings', () => {
  expect(faultsOf(root, { id: 'a', parent: 'root', at: [20, 30] })).toEqual([]);
});

test('each fault is found at its span', () => {
  expect(faultsOf(root, { id: 'a', parent: 'gone', at: [20, 30] })).toEqual(['orphan-spans a']);
  expect(faultsOf({ ...root, service: 'missing-service-name' })).toEqual(['missing-service-name root']);
  expect(faultsOf(root, { id: 'a', parent: 'root', service: 'b', at: [5, 30] })).toEqual(['clock-skew a']);
  expect(faultsOf({ ...root, droppedEventsCount: 3 })).toEqual(['dropped-by-limits root']);
  expect(faultsOf(root, { id: 'a', parent: 'root', kind: 'server', at: [20, 30] })).toEqual([
    'duplicate-server-span a',
  ]);
  expect(faultsOf({ ...root, at: [10, 5] })).toEqual(['end-before-start root']);
});

test('a child in the same process that starts early is no skew of clocks', () => {
  expect(faultsOf(root, { id: 'a', parent: 'root', at: [5, 30] })).toEqual([]);
});

test('a trace below one caller from outside is told as information; two entries, or one beside a root, are orphans', () => {
  const entry = { ...root, parent: 'caller' };
  expect(faultsOf(entry, { id: 'a', parent: 'root', at: [20, 30] })).toEqual(['caller-not-traced root']);
  expect(faultsOf(entry, { id: 'a', parent: 'gone', at: [20, 30] })).toEqual(['orphan-spans root', 'orphan-spans a']);
  expect(faultsOf(entry, { id: 'a', at: [20, 30] })).toEqual(['orphan-spans root']);
});
