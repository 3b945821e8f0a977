import { expect, test } from '@jest/globals';

import { makeSpans } from '../test/make-spans.ts';
import { traceTree } from './trace-tree.ts';

const outline = (trace: ReturnType<typeof traceTree>) =>
  trace.nodes.map(node => `${' '.repeat(node.depth)}${node.span.name}`);

test('children stand below their parent, by start, wherever they came in', () => {
  const trace = traceTree(
    makeSpans(
      { id: 'c', parent: 'a', at: [30, 40] },
      { id: 'b', parent: 'a', at: [10, 20] },
      { id: 'd', parent: 'b', at: [11, 12] },
      { id: 'a', at: [0, 50] },
    ),
  );
  expect(outline(trace)).toEqual(['a', ' b', '  d', ' c']);
  expect(trace.durationNs).toBe(50);
  expect(trace.nodes.map(node => [node.startNs, node.endNs])).toEqual([
    [0, 50],
    [10, 20],
    [11, 12],
    [30, 40],
  ]);
});

test('a span whose parent is missing is an orphan and a root', () => {
  const trace = traceTree(makeSpans({ id: 'a', at: [0, 9] }, { id: 'b', parent: 'gone', at: [1, 2] }));
  expect(trace.roots.map(root => [root.span.name, root.isOrphan])).toEqual([
    ['a', false],
    ['b', true],
  ]);
});

test('a cycle of parents is cut at its earliest span and loses none', () => {
  const trace = traceTree(
    makeSpans(
      { id: 'a', parent: 'c', at: [0, 9] },
      { id: 'b', parent: 'a', at: [1, 8] },
      { id: 'c', parent: 'b', at: [2, 7] },
      { id: 'self', parent: 'self', at: [3, 4] },
    ),
  );
  expect(outline(trace)).toEqual(['self', 'a', ' b', '  c']);
});

test('a server span that shares its client’s id is the client’s child and the parent of what follows', () => {
  const trace = traceTree(
    makeSpans(
      { id: 'x', name: 'client', kind: 'client', at: [0, 10] },
      { id: 'x', name: 'server', kind: 'server', service: 'other', at: [1, 9] },
      { id: 'y', parent: 'x', name: 'work', service: 'other', at: [2, 3] },
    ),
  );
  expect(outline(trace)).toEqual(['client', ' server', '  work']);
});

test('a chain of 100,000 spans does not overflow the stack', () => {
  const chain = Array.from({ length: 100_000 }, (_, at) => ({
    id: String(at),
    parent: at === 0 ? '' : String(at - 1),
    at: [at, 200_000 - at] as const,
  }));
  expect(traceTree(makeSpans(...chain)).nodes.at(-1)?.depth).toBe(99_999);
});

test('no spans make an empty trace', () => {
  expect(traceTree([])).toMatchObject({ traceId: '', durationNs: 0, nodes: [], roots: [] });
});
