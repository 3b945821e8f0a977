import { expect, test } from '@jest/globals';
import { SpanStatusCode } from '@opentelemetry/api';
import type { Attributes, HrTime, SpanContext } from '@opentelemetry/api';
import { TraceState } from '@opentelemetry/core';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import fc from 'fast-check';
import { TraceEncoder } from './trace-encoder.ts';

// Short and long, ASCII and not, with characters beyond the basic plane.
const text = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.string({ unit: 'binary', minLength: 120, maxLength: 140 }),
  fc.constantFrom(127, 128, 16_383, 16_384, 70_000).map(length => 'x'.repeat(length)),
);
const number = fc.oneof(
  fc.integer({ min: -300, max: 300 }),
  fc.maxSafeInteger(),
  fc.double(),
  fc.constantFrom(-(2 ** 63), 2 ** 63, 2 ** 63 - 1024, 2 ** 32, 2 ** 32 - 1, -1, -0, 2 ** 53, -(2 ** 53)),
);
const { value } = fc.letrec(tie => ({
  value: fc.oneof(
    { maxDepth: 3 },
    text,
    number,
    fc.boolean(),
    fc.constantFrom(null, undefined),
    fc.uint8Array({ maxLength: 200 }),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(text, tie('value'), { maxKeys: 5 }),
  ),
}));
// Few keys and values come again and again, alike to the eye or not.
const usual = fc.constantFrom('GET', 'POST', '200', 200, 1, true, '1', '', 'é', -0, 0, NaN, 'y'.repeat(300));
const attributes = fc
  .tuple(
    fc.dictionary(text, value, { maxKeys: 6 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'http.route'), fc.oneof({ arbitrary: usual, weight: 9 }, value)),
  )
  .map(parts => Object.assign({}, ...parts) as Attributes);
const time: fc.Arbitrary<HrTime> = fc.tuple(fc.integer({ min: 0, max: 2 ** 33 }), fc.integer({ min: 0, max: 1e9 - 1 }));
const hex = (bytes: number) =>
  fc
    .uint8Array({ minLength: bytes, maxLength: bytes })
    .chain(array => fc.constantFrom(...hexesOf(Buffer.from(array).toString('hex'))));
const hexesOf = (digits: string) => [digits, digits, digits.toUpperCase()];
const count = fc.oneof(fc.constant(0), fc.nat());
const spanContext = fc.record(
  {
    traceId: hex(16),
    spanId: hex(8),
    traceFlags: fc.nat({ max: 255 }),
    traceState: fc.constantFrom('', 'a=1', 'vendor=x,other=y').map(state => new TraceState(state)),
    isRemote: fc.boolean(),
  },
  { requiredKeys: ['traceId', 'spanId', 'traceFlags'] },
) as fc.Arbitrary<SpanContext>;
const resource = fc.record({ attributes, schemaUrl: fc.constantFrom(undefined, '', 'https://example.com/1') });
const scope = fc.record({ name: text, version: text, schemaUrl: text }, { requiredKeys: ['name'] });

const noted = {
  attributes: fc.option(attributes, { nil: undefined }),
  droppedAttributesCount: fc.option(count, { nil: undefined }),
};
const content = fc.record({
  name: text,
  kind: fc.nat({ max: 4 }),
  spanContext: spanContext.map(context => () => context),
  parentSpanContext: fc.option(spanContext, { nil: undefined }),
  startTime: time,
  endTime: time,
  attributes,
  status: fc.record({ code: fc.nat({ max: 2 }), message: text }, { requiredKeys: ['code'] }),
  events: fc.array(fc.record({ name: text, time, ...noted }), { maxLength: 3 }),
  links: fc.array(fc.record({ context: spanContext, ...noted }), { maxLength: 3 }),
  droppedAttributesCount: count,
  droppedEventsCount: count,
  droppedLinksCount: count,
});
const batch = fc.record({
  resources: fc.array(resource, { minLength: 1, maxLength: 3 }),
  scopes: fc.array(scope, { minLength: 1, maxLength: 3 }),
  spans: fc.array(fc.tuple(content, fc.nat(), fc.nat()), { maxLength: 20 }),
});

const hexOf = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('hex');
const encodedBy = (encoder: TraceEncoder, spans: readonly ReadableSpan[]) =>
  encoder.serializeRequest(spans.map(span => encoder.pack(span)));
const isSame = (bytes: Uint8Array, spans: ReadableSpan[]) =>
  Buffer.compare(bytes, ProtobufTraceSerializer.serializeRequest(spans) ?? new Uint8Array()) === 0;

test("any spans are encoded byte for byte as OpenTelemetry's own serializer does", () => {
  // One for all of them, since what it remembers of one batch must not show in the next.
  const encoder = new TraceEncoder();
  const property = fc.property(batch, ({ resources, scopes, spans }) => {
    const made = spans.map(([span, ofResource, ofScope]) => ({
      ...span,
      resource: resources[ofResource % resources.length],
      instrumentationScope: scopes[ofScope % scopes.length],
    })) as unknown as ReadableSpan[];
    const encoded = encodedBy(encoder, made);
    // Compared as bytes first: the text of a batch is long, and only a difference needs it.
    if (!isSame(encoded, made)) expect(hexOf(encoded)).toBe(hexOf(ProtobufTraceSerializer.serializeRequest(made)));
  });
  fc.assert(property, { numRuns: 50 });
});

// What the encoder reads of a span, not all that it is.
const span = (attributes: Attributes) =>
  ({
    name: 'work',
    kind: 0,
    spanContext: () => ({ traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 }),
    startTime: [1, 2],
    endTime: [3, 4],
    attributes,
    status: { code: 0 },
    events: [],
    links: [],
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
    resource: { attributes: {} },
    instrumentationScope: { name: 'test' },
  }) as unknown as ReadableSpan;

test('values that come again and again, and the others between them, are those of their spans', () => {
  const encoder = new TraceEncoder();
  const usual = {
    method: 'GET',
    status: 200,
    isFirst: true,
    name: 'é',
    long: 'x'.repeat(150),
    longer: 'x'.repeat(300),
  };
  const others = [
    { method: 'POST' },
    { status: 201 },
    { isFirst: false },
    { name: 'e' },
    { long: '' },
    { method: 200 },
  ];
  const spans = Array.from({ length: 400 }, (_, i) =>
    span({ ...usual, ...(i % 5 === 4 && others[((i / 5) % others.length) | 0]), ...(i > 300 && { method: 'PUT' }) }),
  );
  expect(isSame(encodedBy(encoder, spans), spans)).toBe(true);
  expect(isSame(encodedBy(encoder, spans), spans)).toBe(true);
});

test('a batch larger than any before it, and one with more keys than are remembered, are encoded too', () => {
  const encoder = new TraceEncoder();
  const large = [span({ stack: 'é'.repeat(3_000_000) })];
  const many = Array.from({ length: 3_000 }, (_, i) => span({ [`key.${i}`]: i }));
  for (const spans of [large, many, many, [span({ a: 1 })]])
    expect(isSame(encodedBy(encoder, spans), spans)).toBe(true);
});

test('what few spans have, and most have not, is that of its span alone', () => {
  const encoder = new TraceEncoder();
  const plain = span({ a: 1 });
  const event = { name: 'cache.miss', time: [1, 3] };
  const unusual = [
    { status: { code: SpanStatusCode.OK } },
    { status: { code: SpanStatusCode.ERROR, message: 'declined' } },
    { status: { code: SpanStatusCode.UNSET, message: 'undecided' } },
    { events: [event] },
    { links: [{ context: plain.spanContext() }] },
    { droppedAttributesCount: 1 },
    { droppedEventsCount: 300 },
    { droppedLinksCount: 2 },
    { parentSpanContext: { ...plain.spanContext(), isRemote: true } },
    { spanContext: () => ({ ...plain.spanContext(), traceFlags: 0 }) },
  ] as readonly Partial<ReadableSpan>[];
  const spans = unusual.flatMap(parts => [plain, { ...plain, ...parts }, plain]);
  expect(isSame(encodedBy(encoder, spans), spans)).toBe(true);
});

test('times are exact, in the same second and in one before', () => {
  const times: HrTime[] = [0, 1, 2 ** 32 / 1e9, 1_799_999_999, 1_800_000_000, 2 ** 33, 5].flatMap(second =>
    [0, 999_999_999, 294_967_295, 294_967_296, 1].map((nanos): HrTime => [Math.floor(second), nanos]),
  );
  const spans = times.map((startTime, i): ReadableSpan => ({
    ...span({}),
    startTime,
    endTime: times.at(-i) ?? [0, 0],
  }));
  expect(isSame(encodedBy(new TraceEncoder(), spans), spans)).toBe(true);
});

test('what attributes inherit is none of them', () => {
  const attributes = Object.create({ inherited: 1 }) as Attributes;
  attributes['own'] = 2;
  const spans = [span(attributes), span({ own: 2 })];
  expect(isSame(encodedBy(new TraceEncoder(), spans), spans)).toBe(true);
});
