import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import { makeSpans, type SpanSketch } from '../test/make-spans.ts';
import { criticalPath, criticalTimeNs } from './critical-path.ts';
import { selfTimeNs } from './self-time.ts';
import { traceTree } from './trace-tree.ts';

function pathOf(...sketches: readonly SpanSketch[]): string[] {
  return criticalPath(traceTree(makeSpans(...sketches))).map(
    ({ node, startNs, endNs }) => `${node.span.name} ${startNs}-${endNs}`,
  );
}

test('the child that ended last holds its time, the parent what is left', () => {
  expect(
    pathOf(
      { id: 'root', at: [0, 100] },
      { id: 'early', parent: 'root', at: [10, 60] },
      { id: 'last', parent: 'root', at: [40, 90] },
    ),
  ).toEqual(['root 0-40', 'last 40-90', 'root 90-100']);
});

test('children that touch are both on the path', () => {
  expect(
    pathOf(
      { id: 'root', at: [0, 100] },
      { id: 'a', parent: 'root', at: [10, 40] },
      { id: 'b', parent: 'root', at: [40, 100] },
    ),
  ).toEqual(['root 0-10', 'a 10-40', 'b 40-100']);
});

test('of equal children the one with the greater id is on the path, whichever came first', () => {
  const a = { id: 'a', parent: 'root', at: [10, 90] } as const;
  const b = { id: 'b', parent: 'root', at: [10, 90] } as const;
  const root = { id: 'root', at: [0, 100] } as const;
  expect(pathOf(root, a, b)).toEqual(['root 0-10', 'b 10-90', 'root 90-100']);
  expect(pathOf(b, a, root)).toEqual(pathOf(root, a, b));
});

test('each root has a path of its own', () => {
  expect(pathOf({ id: 'a', at: [0, 10] }, { id: 'b', parent: 'gone', at: [5, 30] })).toEqual(['a 0-10', 'b 5-30']);
});

test('a message’s consumer is not waited for', () => {
  expect(
    pathOf(
      { id: 'root', at: [0, 100] },
      { id: 'send', parent: 'root', kind: 'producer', at: [10, 30] },
      { id: 'receive', parent: 'send', kind: 'consumer', at: [20, 300] },
    ),
  ).toEqual(['root 0-10', 'send 10-30', 'root 30-100']);
});

test('a child that overflows its parent is clipped, and so is what lies below it', () => {
  expect(
    pathOf(
      { id: 'root', at: [0, 50] },
      { id: 'late', parent: 'root', at: [20, 80] },
      { id: 'deep', parent: 'late', at: [30, 70] },
    ),
  ).toEqual(['root 0-20', 'late 20-30', 'deep 30-50']);
});

test('a child that starts after its parent ended is beside the path', () => {
  expect(pathOf({ id: 'root', at: [0, 50] }, { id: 'after', parent: 'root', at: [60, 80] })).toEqual(['root 0-50']);
});

test('a child of no duration makes no section and no endless walk', () => {
  expect(pathOf({ id: 'root', at: [0, 50] }, { id: 'mark', parent: 'root', at: [20, 20] })).toEqual([
    'root 0-20',
    'root 20-50',
  ]);
});

const Tree = fc.array(fc.tuple(fc.nat(), fc.nat(1000), fc.nat(1000)), { minLength: 1, maxLength: 40 }).map(rows =>
  rows.map(([above, start, length], at): SpanSketch => ({
    id: `s${at}`,
    ...(at > 0 && { parent: `s${above % at}` }),
    at: [start, start + length],
  })),
);

test('on any trace the path covers each root’s time exactly once, in order', () => {
  fc.assert(
    fc.property(Tree, sketches => {
      const trace = traceTree(makeSpans(...sketches));
      const [root] = trace.roots;
      let reachedNs = root?.startNs;
      for (const { startNs, endNs } of criticalPath(trace)) {
        expect(startNs).toBe(reachedNs);
        expect(endNs).toBeGreaterThan(startNs);
        reachedNs = endNs;
      }
      expect(reachedNs).toBe(root?.endNs);
    }),
  );
});

test('on any trace self time is what a scan of every nanosecond counts', () => {
  fc.assert(
    fc.property(Tree, sketches => {
      for (const node of traceTree(makeSpans(...sketches)).nodes) {
        let own = 0;
        for (let at = node.startNs; at < node.endNs; at++) {
          if (!node.children.some(child => child.startNs <= at && at < child.endNs)) own++;
        }
        expect(selfTimeNs(node)).toBe(own);
      }
    }),
    { numRuns: 40 },
  );
});

test('time on the path sums up by span', () => {
  const trace = traceTree(makeSpans({ id: 'root', at: [0, 50] }, { id: 'child', parent: 'root', at: [20, 40] }));
  const times = criticalTimeNs(criticalPath(trace));
  expect([...times].map(([node, ns]) => [node.span.name, ns])).toEqual([
    ['root', 30],
    ['child', 20],
  ]);
});

test('a chain of 50,000 spans does not overflow the stack', () => {
  const chain = Array.from({ length: 50_000 }, (_, at) => ({
    id: String(at),
    ...(at > 0 && { parent: String(at - 1) }),
    at: [at, 200_000 - at] as const,
  }));
  expect(criticalPath(traceTree(makeSpans(...chain))).length).toBe(99_999);
});
