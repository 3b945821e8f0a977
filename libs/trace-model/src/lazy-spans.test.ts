import { expect, test } from '@jest/globals';
import {
  lazySpansFromOtlp,
  otlpFromSpans,
  someDetail,
  type Span,
  spansFromOtlp,
  traceTree,
} from '@tracelab/trace-model';
import { makeSpans, text } from '../test/make-spans.ts';

const spans = makeSpans(
  {
    id: 'aa',
    at: [0, 9],
    attributes: [text('a', '1')],
    status: { code: 'error', message: 'broken' },
    traceState: 'x=1',
  },
  {
    id: 'bb',
    parent: 'aa',
    service: 'other',
    at: [1, 5],
    kind: 'client',
    events: [{ timeNs: 3n, name: 'told', attributes: [text('b', '2')], droppedAttributesCount: 1 }],
    links: [{ traceId: 'cc', spanId: 'dd', traceState: '', flags: 1, attributes: [], droppedAttributesCount: 0 }],
    droppedLinksCount: 2,
  },
);

const KEYS = Object.keys(spans[0] ?? {}) as (keyof Span)[];
const membersOf = (span: Span) => Object.fromEntries(KEYS.map(key => [key, span[key]]));

test('lazy spans say what the ordinary reader says of the same JSON', () => {
  const json = otlpFromSpans(spans);
  expect(lazySpansFromOtlp(json).map(membersOf)).toEqual(spansFromOtlp(json).map(membersOf));
});

test('their details are read once, and they make a tree as any span does', () => {
  const lazy = lazySpansFromOtlp(otlpFromSpans(spans));
  expect(lazy[0]?.attributes).toBe(lazy[0]?.attributes);
  expect(traceTree(lazy).nodes.map(({ span, depth }) => [span.spanId, depth])).toEqual([
    ['aa', 0],
    ['bb', 1],
  ]);
});

test('a look through the details of a lazy span meets the texts of an ordinary one', () => {
  const textsOf = (span: Span): string[] => {
    const met: string[] = [];
    someDetail(span, detail => met.push(detail) === 0);
    return met;
  };
  const json = otlpFromSpans(spans);
  expect(lazySpansFromOtlp(json).map(textsOf)).toEqual([
    ['a', '1'],
    ['told', 'b', '2'],
  ]);
  expect(spansFromOtlp(json).map(textsOf)).toEqual(lazySpansFromOtlp(json).map(textsOf));
});

test('JSON with nothing in it makes no span', () => {
  expect(lazySpansFromOtlp({})).toEqual([]);
  expect(lazySpansFromOtlp({ resourceSpans: [{ scopeSpans: [{}] }] })).toEqual([]);
});
