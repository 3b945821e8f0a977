import { expect, test } from '@jest/globals';
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, TraceFlags, diag, trace } from '@opentelemetry/api';
import type { Attributes, HrTime, Link, Span, TimeInput } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  SamplingDecision,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { ReadableSpan, Sampler, SpanLimits, SpanProcessor } from '@opentelemetry/sdk-trace';
import fc from 'fast-check';
import { RecordedSpan } from './recorded-span.ts';
import { spanStarterOf } from './span-starter.ts';
import type { SpanStarter } from './span-starter.ts';

// What is dropped is told there, by the SDK at great length.
diag.disable();

const parent = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: TraceFlags.SAMPLED, isRemote: true };
const below = trace.setSpanContext(ROOT_CONTEXT, parent);

/** Writes down what a processor is told, as it is told, without the ids and times that no two spans share. */
class Witness implements SpanProcessor {
  readonly seen: unknown[] = [];

  onStart(span: ReadableSpan): void {
    this.#note('start', span);
  }

  onEnding(span: ReadableSpan): void {
    this.#note('ending', span);
  }

  onEnd(span: ReadableSpan): void {
    this.#note('end', span);
  }

  forceFlush = () => Promise.resolve();
  shutdown = () => Promise.resolve();

  #note(moment: string, span: ReadableSpan): void {
    const body = Buffer.from(JsonTraceSerializer.serializeRequest([span]) ?? '').toString();
    this.seen.push(moment, span.ended, span.duration, body.replaceAll(span.spanContext().spanId, 'its id'));
  }
}

const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', '');
const plain = fc.oneof(fc.string({ maxLength: 12 }), fc.double(), fc.integer(), fc.boolean());
const value = fc.oneof(
  plain,
  fc.constantFrom(null, undefined, 1n, Symbol('no'), new Date(0)),
  fc.array(plain, { maxLength: 3 }),
  fc.uint8Array({ maxLength: 8 }),
  fc.dictionary(fc.string(), plain, { maxKeys: 3 }),
);
const attributes = fc.dictionary(key, value, { maxKeys: 7 }) as fc.Arbitrary<Attributes>;
const time: fc.Arbitrary<TimeInput> = fc.oneof(
  fc.double({ min: 1.7e12, max: 1.8e12, noNaN: true }),
  fc.tuple(
    fc.integer({ min: 1_700_000_000, max: 1_800_000_000 }),
    fc.nat({ max: 999_999_999 }),
  ) as fc.Arbitrary<HrTime>,
  fc.date({ min: new Date(1.7e12), max: new Date(1.8e12), noInvalidDate: true }),
);
const link: fc.Arbitrary<Link> = fc.record({ context: fc.constant(parent), attributes }, { requiredKeys: ['context'] });
const text = fc.option(fc.string({ maxLength: 5 }), { nil: undefined });
const exception = fc.oneof(
  fc.string(),
  fc.record(
    { name: text, message: text, stack: text, code: fc.constantFrom(undefined, '', 0, 7, 'E') },
    { noNullPrototype: true },
  ),
);

type Step = (span: Span) => unknown;
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(key, value).map(
    ([name, to]): Step =>
      span =>
        span.setAttribute(name, to),
  ),
  attributes.map(
    (all): Step =>
      span =>
        span.setAttributes(all),
  ),
  fc.tuple(attributes, time).map(
    ([all, at]): Step =>
      span =>
        span.addEvent('event', all, at),
  ),
  time.map(
    (at): Step =>
      span =>
        span.addEvent('event', at),
  ),
  link.map(
    (to): Step =>
      span =>
        span.addLink(to),
  ),
  fc.array(link, { maxLength: 2 }).map(
    (all): Step =>
      span =>
        span.addLinks(all),
  ),
  fc.tuple(fc.constantFrom(SpanStatusCode.UNSET, SpanStatusCode.OK, SpanStatusCode.ERROR), text).map(
    ([code, message]): Step =>
      span =>
        span.setStatus(message === undefined ? { code } : { code, message }),
  ),
  fc.string().map(
    (name): Step =>
      span =>
        span.updateName(name),
  ),
  fc.tuple(exception, time).map(([error, at]): Step => span => {
    span.recordException(error as string, at);
  }),
);

const limits = fc.oneof(
  fc.constant({}),
  fc.record(
    {
      attributeCountLimit: fc.nat({ max: 6 }),
      attributeValueLengthLimit: fc.integer({ min: 1, max: 8 }),
      eventCountLimit: fc.nat({ max: 3 }),
      linkCountLimit: fc.nat({ max: 3 }),
      attributePerEventCountLimit: fc.nat({ max: 3 }),
      attributePerLinkCountLimit: fc.nat({ max: 3 }),
    },
    { requiredKeys: [] },
  ),
) as fc.Arbitrary<SpanLimits>;

const life = fc.record({
  limits,
  added: fc.option(attributes, { nil: undefined }),
  options: fc.record(
    { kind: fc.constantFrom(0, 1, 2, 3, 4), root: fc.boolean(), attributes, links: fc.array(link, { maxLength: 5 }) },
    { requiredKeys: [] },
  ),
  startTime: time,
  steps: fc.array(step, { maxLength: 12 }),
  endTime: time,
  afterwards: fc.array(step, { maxLength: 2 }),
});
type Life = typeof life extends fc.Arbitrary<infer T> ? T : never;

function seenOf(starterOf: (provider: TracerProvider) => SpanStarter, lived: Life): string {
  const witness = new Witness();
  const sampler: Sampler = {
    shouldSample: (_parent, _traceId, _name, _kind, seen) => {
      witness.seen.push('sampled by', { ...seen });
      return {
        decision: SamplingDecision.RECORD_AND_SAMPLED,
        ...(lived.added && { attributes: lived.added }),
      };
    },
  };
  const provider = new TracerProvider({ spanProcessors: [witness], spanLimits: lived.limits, sampler });
  const { startTime, steps, endTime, afterwards } = lived;
  const span = starterOf(provider).startSpan('work', { ...lived.options, startTime }, below);
  for (const take of steps) take(span);
  span.end(endTime);
  span.end(endTime);
  for (const take of afterwards) take(span);
  witness.seen.push(span.isRecording(), span.spanContext().traceFlags);
  // A root has a trace id of its own.
  return JSON.stringify(witness.seen).replaceAll(span.spanContext().traceId, 'its trace');
}

test('whatever is done to a span, processors and exporters see what they would see of the SDK’s', () => {
  const property = fc.property(life, lived => {
    const ours = seenOf(provider => spanStarterOf(provider, 'test'), lived);
    expect(ours).toBe(seenOf(provider => provider.getTracer('test'), lived));
  });
  fc.assert(property, { numRuns: 300 });
});

test('a span without times has them from the clock, in order', () => {
  const provider = new TracerProvider({ spanProcessors: [new Witness()] });
  const span = spanStarterOf(provider, 'test').startSpan('work') as RecordedSpan;
  expect(span).toBeInstanceOf(RecordedSpan);
  span.addEvent('event', performance.now());
  span.end();
  const [start, event, end] = [span.startTime, span.events[0]?.time ?? [0, 0], span.endTime].map(
    ([seconds, nanos]) => seconds * 1e3 + nanos / 1e6,
  ) as [number, number, number];
  expect(Math.abs(Date.now() - start)).toBeLessThan(5_000);
  expect([start, event, end]).toEqual([start, event, end].toSorted((a, b) => a - b));
});

test('attributes that are taken as they are do not grow past the limit, whoever adds to them', () => {
  const attributes: Attributes = { a: 1, b: 2 };
  const spanLimits = { attributeCountLimit: 2 };
  const provider = new TracerProvider({ spanProcessors: [new Witness()], spanLimits });
  const span = spanStarterOf(provider, 'test').startSpan('work', { attributes, areClean: true }) as RecordedSpan;
  span.setAttribute('c', 3);
  attributes['c'] = 3;
  expect(span.attributes).toEqual({ a: 1, b: 2 });
  expect(span.droppedAttributesCount).toBe(1);
});

test('ids are new each time, and a child has its parent’s trace', () => {
  const starter = spanStarterOf(new TracerProvider({ spanProcessors: [new Witness()] }), 'test');
  const contexts = Array.from({ length: 2_000 }, () => starter.startSpan('work', {}, ROOT_CONTEXT).spanContext());
  expect(new Set(contexts.map(({ traceId }) => traceId)).size).toBe(2_000);
  expect(new Set(contexts.map(({ spanId }) => spanId)).size).toBe(2_000);
  expect(contexts.every(trace.isSpanContextValid)).toBe(true);
  expect(starter.startSpan('work', {}, below).spanContext().traceId).toBe(parent.traceId);
});

test('a sampler that says no, and suppressed tracing, make no recording span', () => {
  const witness = new Witness();
  const off = new TracerProvider({ spanProcessors: [witness], sampler: new AlwaysOffSampler() });
  const left = spanStarterOf(off, 'test').startSpan('work', { kind: SpanKind.CLIENT }, below);
  expect([left.isRecording(), left.spanContext().traceId, left.spanContext().traceFlags]).toEqual([
    false,
    parent.traceId,
    TraceFlags.NONE,
  ]);
  const on = spanStarterOf(new TracerProvider({ spanProcessors: [witness] }), 'test');
  expect(trace.isSpanContextValid(on.startSpan('work', {}, suppressTracing(below)).spanContext())).toBe(false);
  expect(witness.seen).toEqual([]);
});

test('a child is recorded as its parent is, and other rules for children are asked', () => {
  const withRoot = (root: Sampler, ofChildren?: Sampler) => {
    const sampler = new ParentBasedSampler({ root, ...(ofChildren && { localParentSampled: ofChildren }) });
    return spanStarterOf(new TracerProvider({ spanProcessors: [new Witness()], sampler }), 'test');
  };
  const childOf = (starter: SpanStarter) =>
    starter.startSpan('child', {}, trace.setSpan(ROOT_CONTEXT, starter.startSpan('root', {}, ROOT_CONTEXT)));
  expect(childOf(withRoot(new AlwaysOnSampler())).isRecording()).toBe(true);
  expect(childOf(withRoot(new AlwaysOffSampler())).isRecording()).toBe(false);
  expect(childOf(withRoot(new AlwaysOnSampler(), new AlwaysOffSampler())).isRecording()).toBe(false);
});

test('another provider keeps its own tracer', () => {
  const tracer = { startSpan: () => trace.wrapSpanContext(parent), startActiveSpan: () => undefined };
  const foreign = { getTracer: () => tracer } as unknown as TracerProvider;
  expect(spanStarterOf(foreign, 'test')).toBe(tracer);
});
