import { expect, test } from '@jest/globals';
import { type Attribute, plainOf, type Span } from '@tracelab/trace-model';

import { BASE_NS, batchOf, TraceMaker } from '../../test/make-batch.ts';
import { ToldSpans } from './told-spans.ts';

const [base] = new TraceMaker(1).trace(1);
const span = (spanId: string, other: Partial<Span> = {}): Span => ({
  ...(base as Span),
  ...{ spanId, parentSpanId: '', startNs: BASE_NS, endNs: BASE_NS + 1n, attributes: [], events: [], links: [] },
  ...other,
});
/** Whose text is still bytes is shown as whose is a string. */
const plain = (attributes: readonly Attribute[] = []) => attributes.map(({ key, value }) => [key, plainOf(value)]);
const told = (...spans: Span[]) => new ToldSpans(batchOf(spans), false);
const raw = (...spans: Span[]) => new ToldSpans(batchOf(spans), true);
const text = (key: string, value: string): Attribute => ({ key, value: { type: 'string', value } });

const [CLIENT, CHILD, NEXT] = ['00000000000000aa', '00000000000000bb', '00000000000000ab'];
const shared = [
  span(CLIENT, { kind: 'client' }),
  span(CLIENT, { kind: 'server', startNs: BASE_NS + 5n, endNs: BASE_NS + 6n }),
  span(CHILD, { kind: 'internal', parentSpanId: CLIENT, startNs: BASE_NS + 7n, endNs: BASE_NS + 8n }),
];

test('a server that shares its client’s id gets one of its own below it, and its children follow', () => {
  const ids = [...told(...shared)].map(({ spanId, parentSpanId }) => [spanId, parentSpanId]);
  expect(ids).toEqual([
    [CLIENT, ''],
    [NEXT, CLIENT],
    [CHILD, NEXT],
  ]);
  expect([...raw(...shared)].map(({ spanId }) => spanId)).toEqual([CLIENT, CLIENT, CHILD]);
});

test('spans come as they were stored, or by start and then by the id that is told', () => {
  const late = span('0000000000000001', { startNs: BASE_NS + 9n, endNs: BASE_NS + 9n });
  const sameStart = [span('0000000000000009'), span('0000000000000002')];
  const spans = told(late, ...sameStart);
  expect(spans).toHaveLength(3);
  expect([...spans].map(({ spanId }) => Number(spanId))).toEqual([1, 9, 2]);
  expect([...spans.byStart()].map(({ spanId }) => Number(spanId))).toEqual([2, 9, 1]);
  const moved = [span(CLIENT, { kind: 'server' }), span(CLIENT, { kind: 'client' })];
  expect([...told(...moved).byStart()].map(({ kind }) => kind)).toEqual(['client', 'server']);
});

test('the SDK’s description goes to the resource, addresses get dots, attributes an order; raw nothing changes', () => {
  const attributes = [
    text('zone', 'a'),
    text('telemetry.sdk.name', 'opentelemetry'),
    { key: 'ip', value: { type: 'int', value: 0x0a000001 } } as const,
  ];
  const [adjusted] = told(span(CLIENT, { attributes }));
  expect(plain(adjusted?.attributes)).toEqual([
    ['ip', '10.0.0.1'],
    ['zone', 'a'],
  ]);
  expect(plain(adjusted?.resource.attributes)).toContainEqual(['telemetry.sdk.name', 'opentelemetry']);
  const [unchanged] = raw(span(CLIENT, { attributes }));
  expect(plain(unchanged?.attributes)).toEqual(plain(attributes));
});

test('of few attributes and of many, equal keys stay in their order', () => {
  for (const count of [7, 100]) {
    const attributes = Array.from({ length: count }, (_, at) => text(`key ${String((at * 7) % 5)}`, String(at)));
    const expected = attributes.toSorted((left, right) => left.key.localeCompare(right.key));
    const [adjusted] = told(span(CLIENT, { attributes, events: [{ ...EVENT, attributes }] }));
    expect(plain(adjusted?.attributes)).toEqual(plain(expected));
    expect(plain(adjusted?.events[0]?.attributes)).toEqual(plain(expected));
  }
});

const EVENT = { timeNs: BASE_NS, name: 'event', droppedAttributesCount: 0 };
