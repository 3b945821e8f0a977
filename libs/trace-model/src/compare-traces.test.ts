import { expect, test } from '@jest/globals';

import { makeSpans } from '../test/make-spans.ts';
import { compareTraces, compareWithGroup } from './compare-traces.ts';
import { traceShape } from './trace-shape.ts';
import { traceTree } from './trace-tree.ts';

const order = (queryNs: readonly number[], traceId = 'a'.repeat(32)) =>
  traceTree(
    makeSpans(
      { id: 'root', name: 'POST /orders', traceId, at: [0, 10_000] },
      ...queryNs.map((length, at) => ({
        id: `q${at}`,
        parent: 'root',
        name: 'query',
        traceId,
        at: [at, at + length] as const,
      })),
    ),
  );

test('two traces are set side by side by path, missing sides as zeros', () => {
  const extra = traceTree(
    makeSpans({ id: 'root', name: 'POST /orders', at: [0, 10] }, { id: 'm', parent: 'root', name: 'mail', at: [1, 5] }),
  );
  const rows = compareTraces(order([100, 200]), extra).map(({ path, before, after }) => ({
    path: path.join(' > '),
    counts: [before.count, after.count],
    durations: [before.durationNs, after.durationNs],
  }));
  expect(rows).toEqual([
    { path: 'shop: POST /orders', counts: [1, 1], durations: [10_000, 10] },
    { path: 'shop: POST /orders > shop: mail', counts: [0, 1], durations: [0, 4] },
    { path: 'shop: POST /orders > shop: query', counts: [2, 0], durations: [300, 0] },
  ]);
});

test('a trace is set beside the median and p95 of its group', () => {
  const group = [order([100]), order([200]), order([300])];
  const query = compareWithGroup(order([900, 900]), group).find(({ path }) => path.length === 2);
  expect(query).toMatchObject({
    total: { count: 2, durationNs: 1800 },
    occurrences: 3,
    usual: { count: 1, medianNs: 200, p95Ns: 300 },
  });
});

test('traces that did the same have one shape, whatever their ids, times and order of siblings', () => {
  expect(traceShape(order([1, 2]))).toBe(traceShape(order([700, 3], 'b'.repeat(32))));
  expect(traceShape(order([1, 2]))).not.toBe(traceShape(order([1, 2, 3])));
  expect(traceShape(order([1, 2]), { foldsRepeats: true })).toBe(traceShape(order([1, 2, 3]), { foldsRepeats: true }));
});

test('who called whom is part of the shape', () => {
  const flat = makeSpans(
    { id: 'a', at: [0, 9] },
    { id: 'b', parent: 'a', at: [1, 8] },
    { id: 'c', parent: 'a', at: [2, 7] },
  );
  const deep = makeSpans(
    { id: 'a', at: [0, 9] },
    { id: 'b', parent: 'a', at: [1, 8] },
    { id: 'c', parent: 'b', at: [2, 7] },
  );
  expect(traceShape(traceTree(flat))).not.toBe(traceShape(traceTree(deep)));
});

test('a chain of 50,000 spans is compared without quadratic cost', () => {
  const chain = traceTree(
    makeSpans(
      ...Array.from({ length: 50_000 }, (_, at) => ({
        id: String(at),
        name: 'step',
        ...(at > 0 && { parent: String(at - 1) }),
        at: [at, 200_000 - at] as const,
      })),
    ),
  );
  expect(traceShape(chain)).toMatch(/^[0-9a-f]{16}$/);
  const deepest = compareTraces(traceTree(makeSpans({ id: 'x', at: [0, 1] })), {
    ...chain,
    nodes: chain.nodes.slice(0, 300),
  });
  expect(deepest.length).toBe(301);
});
