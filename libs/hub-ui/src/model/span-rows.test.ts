import { describe, expect, test } from '@jest/globals';
import { traceTree } from '@tracelab/trace-model';
import fc from 'fast-check';
import { makeSpans, type SpanSketch } from '../../../trace-model/test/make-spans.ts';
import { ancestorRows, revealing, type TraceRow, traceRows } from './span-rows.ts';

const NONE: ReadonlySet<string> = new Set();
const names = (rows: readonly TraceRow[]) =>
  rows.map(
    row =>
      `${' '.repeat(row.depth)}${row.kind === 'fold' ? `${row.nodes[0]?.span.name} x ${row.nodes.length}` : row.id}`,
  );

const queries = Array.from({ length: 6 }, (_, at): SpanSketch => ({
  id: `q${at}`,
  parent: 'list',
  name: 'SELECT',
  at: [10 + at, 11 + at],
}));
const page = () =>
  traceTree(
    makeSpans(
      { id: 'root', at: [0, 100] },
      { id: 'list', parent: 'root', at: [5, 50] },
      ...queries,
      { id: 'deep', parent: 'q3', at: [13, 14] },
      { id: 'render', parent: 'root', at: [60, 90] },
    ),
  );

describe('rows', () => {
  test('fold siblings that did the same into one line', () => {
    expect(names(traceRows(page(), NONE))).toEqual(['root', ' list', '  SELECT x 6', ' render']);
  });

  test('unfold below the line that stays', () => {
    expect(names(traceRows(page(), new Set(['q0*'])))).toEqual([
      'root',
      ' list',
      '  SELECT x 6',
      '   q0',
      '   q1',
      '   q2',
      '   q3',
      '    deep',
      '   q4',
      '   q5',
      ' render',
    ]);
  });

  test('leave out what is below a closed span', () => {
    expect(names(traceRows(page(), new Set(['list'])))).toEqual(['root', ' list', ' render']);
  });

  test('open whatever hides a span that is looked for, and nothing else', () => {
    const trace = page();
    const deep = trace.nodes.find(({ span }) => span.spanId === 'deep');
    if (deep === undefined) throw new Error('deep is in the trace');
    const toggled = revealing(deep, trace.roots, new Set(['list', 'render']));
    expect([...toggled].sort()).toEqual(['q0*', 'render']);
    expect(traceRows(trace, toggled).map(({ id }) => id)).toContain('deep');
    expect(revealing(deep, trace.roots, toggled)).toBe(toggled);
  });

  test('know where the lines of their ancestors are', () => {
    const rows = traceRows(page(), new Set(['q0*']));
    const at = rows.findIndex(({ id }) => id === 'deep');
    expect(ancestorRows(rows, at).map(index => rows[index]?.id)).toEqual(['root', 'list', 'q0*', 'q3']);
  });
});

test('of any trace, all open, hold every span once, each below its parent', () => {
  const parents = fc.array(fc.nat(), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(parents, choices => {
      const sketches = choices.map((choice, at): SpanSketch => ({
        id: `s${at}`,
        name: `n${choice % 3}`,
        at: [at, at + 1],
        ...(at > 0 && { parent: `s${choice % at}` }),
      }));
      const trace = traceTree(makeSpans(...sketches));
      const folds = new Set(trace.nodes.map(({ span }) => `${span.spanId}*`));
      const spans = traceRows(trace, folds).flatMap(row => (row.kind === 'span' ? [row] : []));
      expect(spans.map(({ id }) => id).sort()).toEqual(trace.nodes.map(({ span }) => span.spanId).sort());
      const places = new Map(spans.map((row, at) => [row.id, at]));
      for (const { node } of spans) {
        if (node.parent === undefined) continue;
        expect(places.get(node.parent.span.spanId)).toBeLessThan(places.get(node.span.spanId) ?? -1);
      }
    }),
  );
});

test('of a chain 20,000 deep are found without running out of stack', () => {
  const chain = Array.from({ length: 20_000 }, (_, at): SpanSketch => ({
    id: `s${at}`,
    ...(at > 0 && { parent: `s${at - 1}` }),
    at: [at, 40_000 - at],
  }));
  expect(traceRows(traceTree(makeSpans(...chain)), NONE)).toHaveLength(20_000);
});
