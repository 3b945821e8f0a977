import { expect, test } from '@jest/globals';

import { makeSpans } from '../test/make-spans.ts';
import type { AttributeValue } from './attribute-value.ts';
import { plainOf, textOf } from './attribute-value.ts';
import { otlpFromSpans, spansFromOtlp } from './otlp-json.ts';
import { summaryOf } from './trace-summary.ts';

const values: readonly AttributeValue[] = [
  { type: 'empty' },
  { type: 'string', value: 'ünï' },
  { type: 'bool', value: false },
  { type: 'int', value: 7 },
  { type: 'int', value: 9_007_199_254_740_993n },
  { type: 'double', value: 7 },
  { type: 'double', value: 72.5 },
  { type: 'bytes', value: new Uint8Array([0, 255, 7]) },
  {
    type: 'array',
    value: [
      { type: 'int', value: 1 },
      { type: 'string', value: 'x' },
    ],
  },
  { type: 'map', value: [{ key: '__proto__', value: { type: 'bool', value: true } }] },
];

const spans = makeSpans(
  {
    id: '00f067aa0ba902b7',
    at: [0, 2_000_001],
    kind: 'server',
    flags: 1,
    traceState: 'a=b',
    attributes: values.map((value, at) => ({ key: `k${at}`, value })),
    droppedAttributesCount: 2,
    events: [{ timeNs: 1_700_000_000_000_000_999n, name: 'e', attributes: [], droppedAttributesCount: 1 }],
    links: [
      {
        traceId: 'f'.repeat(32),
        spanId: '1'.repeat(16),
        traceState: '',
        flags: 0,
        attributes: [],
        droppedAttributesCount: 0,
      },
    ],
    status: { code: 'error', message: 'declined' },
  },
  { id: '00f067aa0ba902b8', parent: '00f067aa0ba902b7', service: 'user', at: [5, 6] },
);

test('what is written as OTLP JSON and read back is the same, types and nanoseconds included', () => {
  const json: unknown = JSON.parse(JSON.stringify(otlpFromSpans(spans)));
  expect(spansFromOtlp(json as ReturnType<typeof otlpFromSpans>)).toEqual(spans);
});

test('neighbours of one resource and scope share a group, and defaults are left out', () => {
  const [resource] = otlpFromSpans(makeSpans({ id: 'a', at: [0, 1] }, { id: 'b', at: [0, 1] })).resourceSpans;
  expect(resource?.scopeSpans?.[0]?.spans).toHaveLength(2);
  expect(Object.keys(resource?.scopeSpans?.[0]?.spans?.[0] ?? {})).not.toContain('parentSpanId');
});

test('values compare as text: numbers in digits, JSON for what is nested', () => {
  expect(values.map(textOf)).toEqual([
    '',
    'ünï',
    'false',
    '7',
    '9007199254740993',
    '7',
    '72.5',
    'AP8H',
    '[1,"x"]',
    '{"__proto__":true}',
  ]);
  expect(Object.keys(plainOf(values[9] as AttributeValue) as object)).toEqual(['__proto__']);
});

test('a summary counts spans, errors and orphans by service and names the earliest root', () => {
  const trace = makeSpans(
    { id: 'late-root', at: [5, 9], service: 'b' },
    { id: 'root', at: [0, 9], service: 'b', status: { code: 'error', message: '' } },
    { id: 'child', parent: 'root', at: [1, 20], service: 'a' },
    { id: 'lost', parent: 'gone', at: [2, 3], service: 'a' },
  );
  expect(summaryOf(trace)).toMatchObject({
    rootService: 'b',
    rootOperation: 'root',
    spanCount: 4,
    errorSpanCount: 1,
    orphanSpanCount: 1,
    services: [
      { name: 'a', spanCount: 2, errorSpanCount: 0 },
      { name: 'b', spanCount: 2, errorSpanCount: 1 },
    ],
  });
  const { startNs, endNs } = summaryOf(trace);
  expect(endNs - startNs).toBe(20n);
});

test('without a root, a summary names the earliest span whose parent was not received', () => {
  const trace = makeSpans(
    { id: 'child', parent: 'entry', at: [0, 3], service: 'b' },
    { id: 'late', parent: 'gone', at: [5, 6], service: 'b' },
    { id: 'entry', parent: 'caller', at: [1, 9], service: 'a' },
  );
  expect(summaryOf(trace)).toMatchObject({ rootService: 'a', rootOperation: 'entry', orphanSpanCount: 2 });
  const circle = makeSpans({ id: 'a', parent: 'b', at: [0, 3] }, { id: 'b', parent: 'a', at: [0, 3] });
  expect(summaryOf(circle)).toMatchObject({ rootService: '', rootOperation: '' });
});

test('what JSON must escape, and members that are empty, are written as any JSON writer does', () => {
  const texts = ['"quoted"', 'back\\slash', 'line\nbreak', 'nul\u0000', 'half \ud800', '😀', '\u2028', ''];
  const attributes = texts.map(value => ({ key: value, value: { type: 'string', value } }) as const);
  const [span] = makeSpans({ id: 'a', at: [0, 1], name: texts.join(), attributes });
  const [read] = spansFromOtlp(otlpFromSpans(span === undefined ? [] : [span]));
  expect([read?.name, read?.attributes]).toEqual([texts.join(), attributes]);
  expect(otlpFromSpans([])).toEqual({ resourceSpans: [] });
});
