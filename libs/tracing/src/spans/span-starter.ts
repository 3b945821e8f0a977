import { INVALID_SPAN_CONTEXT, SpanKind, TraceFlags, context, trace } from '@opentelemetry/api';
import type {
  Attributes,
  Context,
  Span,
  SpanContext,
  SpanOptions,
  TracerProvider as ApiTracerProvider,
} from '@opentelemetry/api';
import { cleanAttributes, isTracingSuppressed } from '@opentelemetry/core';
import {
  AlwaysOnSampler,
  ParentBasedSampler,
  RandomIdGenerator,
  SamplingDecision,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { rootContext } from '../layered-context.ts';
import { RandomIds } from './random-ids.ts';
import type { IdGenerator, Sampler, SamplingResult } from '@opentelemetry/sdk-trace';
import { RecordedSpan, cleanLink } from './recorded-span.ts';
import type { SpanOrigin } from './recorded-span.ts';

/** What this library starts spans with. */
export interface SpanStarter {
  startSpan(name: string, options?: StartOptions, context?: Context): Span;
}

export interface StartOptions extends SpanOptions {
  /** The attributes are plain values without secrets, and the span's own from now on: they are taken as they are. */
  readonly areClean?: boolean;
}

/**
 * Starts spans as the tracer `name` of `provider` would, with its sampler, resource, limits and processors, for less; it is that tracer itself where
 * another provider than the SDK's rules, or an SDK that has none of these.
 */
export function spanStarterOf(provider: ApiTracerProvider, name: string): SpanStarter {
  const tracer = provider.getTracer(name);
  if (tracer.constructor !== sdkTracer.constructor) return tracer;
  // The SDK shows these to nobody, and has no other way to make a span that its processors take.
  const { instrumentationScope, _sampler, _idGenerator, _resource, _spanLimits, _spanProcessor } =
    tracer as Partial<SdkTracer>;
  if (!instrumentationScope || !_sampler || !_idGenerator || !_resource || !_spanLimits || !_spanProcessor)
    return tracer;
  const ids = _idGenerator instanceof RandomIdGenerator ? new RandomIds() : _idGenerator;
  return new LightTracer(_sampler, ids, {
    resource: _resource,
    scope: instrumentationScope,
    limits: _spanLimits,
    processor: onlyOneOf(_spanProcessor),
  });
}

// The SDK asks one processor as if there were many.
function onlyOneOf(processor: SpanOrigin['processor'] & SdkMultiProcessor): SpanOrigin['processor'] {
  const [only, ...others] = processor._spanProcessors ?? [];
  return only !== undefined && others.length === 0 ? only : processor;
}

// The SDK has no name for the class.
const sdkTracer = new TracerProvider().getTracer('');

interface SdkTracer {
  readonly instrumentationScope: SpanOrigin['scope'];
  readonly _sampler: Sampler;
  readonly _idGenerator: IdGenerator;
  readonly _resource: SpanOrigin['resource'];
  readonly _spanLimits: SpanOrigin['limits'];
  readonly _spanProcessor: SpanOrigin['processor'];
}

// Nor these.
interface SdkMultiProcessor {
  readonly _spanProcessors?: readonly SpanOrigin['processor'][];
}

interface SdkSampler {
  readonly _root?: Sampler;
  readonly _localParentSampled?: Sampler;
}

interface Cleaned {
  readonly attributes: Attributes;
  readonly count: number;
  readonly dropped: number;
}

// Whoever hands over clean attributes adds a few to that object until the end, which the span's limit does not see.
const ADDED_LATER = 16;

const unlimited = { attributeCountLimit: Infinity, attributeValueLengthLimit: Infinity };
const chosen: SamplingResult = { decision: SamplingDecision.RECORD_AND_SAMPLED };
const notRecording = trace.wrapSpanContext(INVALID_SPAN_CONTEXT);

class LightTracer implements SpanStarter {
  readonly #sampler: Sampler;
  readonly #ids: IdGenerator;
  readonly #origin: SpanOrigin;
  readonly #takesAllRoots: boolean;
  readonly #followsParent: boolean;

  constructor(sampler: Sampler, ids: IdGenerator, origin: SpanOrigin) {
    this.#sampler = sampler;
    const { _root, _localParentSampled } = partsOf(sampler);
    this.#takesAllRoots = _root instanceof AlwaysOnSampler;
    this.#followsParent = _localParentSampled instanceof AlwaysOnSampler;
    this.#ids = ids;
    this.#origin = origin;
  }

  startSpan(name: string, options: StartOptions = {}, around = context.active()): Span {
    const { kind = SpanKind.INTERNAL, root = false, startTime, areClean = false } = options;
    const inside = root ? trace.deleteSpan(around) : around;
    const isOutermost = inside === rootContext;
    if (!isOutermost && isTracingSuppressed(inside)) return notRecording;
    const above = isOutermost ? undefined : trace.getSpan(inside);
    const isBelowOwn = above instanceof RecordedSpan;
    const parent = isBelowOwn ? above.spanContext() : validContextOf(above);
    const traceId = parent?.traceId ?? this.#ids.generateTraceId();
    const given = areClean ? taken(options.attributes) : cleaned(options.attributes);
    const links = options.links?.map(link => cleanLink(link, this.#origin.limits));
    const sampled =
      (isBelowOwn && this.#followsParent) || (isOutermost && this.#takesAllRoots)
        ? chosen
        : this.#sampler.shouldSample(inside, traceId, name, kind, given.attributes, links ?? []);
    const spanContext = this.#contextOf(traceId, parent, sampled);
    if (sampled.decision === SamplingDecision.NOT_RECORD) return trace.wrapSpanContext(spanContext);
    const { attributes, count, dropped } = this.#limited(given, sampled);
    const span = new RecordedSpan(this.#origin, {
      name,
      kind,
      context: spanContext,
      parent,
      attributes,
      attributesCount: count,
      areClean: areClean && attributes === given.attributes,
      droppedAttributesCount: dropped,
      links,
      startTime,
    });
    this.#origin.processor.onStart(span, inside);
    return span;
  }

  #contextOf(traceId: string, parent: SpanContext | undefined, sampled: SamplingResult): SpanContext {
    const traceFlags = sampled.decision === SamplingDecision.RECORD_AND_SAMPLED ? TraceFlags.SAMPLED : TraceFlags.NONE;
    const spanId = this.#ids.generateSpanId();
    const traceState = sampled.traceState ?? parent?.traceState;
    return traceState === undefined ? { traceId, spanId, traceFlags } : { traceId, spanId, traceFlags, traceState };
  }

  #limited(given: Cleaned, sampled: SamplingResult): Cleaned {
    const { limits } = this.#origin;
    const isWithin =
      given.count + ADDED_LATER <= limits.attributeCountLimit && limits.attributeValueLengthLimit === Infinity;
    if (isWithin && sampled.attributes === undefined) return given;
    const { attributes = {}, droppedAttributesCount = 0 } = cleanAttributes(
      { ...given.attributes, ...sampled.attributes },
      limits,
    );
    return {
      attributes,
      count: Object.keys(attributes).length,
      dropped: given.dropped + droppedAttributesCount,
    };
  }
}

function validContextOf(span: Span | undefined): SpanContext | undefined {
  const given = span?.spanContext();
  return given !== undefined && trace.isSpanContextValid(given) ? given : undefined;
}

// The SDK's own sampler takes all roots and then chooses like the parent, unless it is told otherwise: it would look at all digits of the parent's ids
// to come to the same.
function partsOf(sampler: Sampler): SdkSampler {
  if (!(sampler instanceof ParentBasedSampler)) return {};
  // The cast passes by `private`: the SDK declares both parts so, and has no other way to tell what they are.
  return sampler as unknown as SdkSampler;
}

// Plain values, which nearly all are, need no look; a spread copies an object faster than a loop.
function cleaned(attributes: Attributes | undefined): Cleaned {
  let count = 0;
  for (const key in attributes) {
    const value = attributes[key];
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') count++;
    else return checked(attributes);
    if (key === '') return checked(attributes);
  }
  return { attributes: { ...attributes }, count, dropped: 0 };
}

function taken(attributes: Attributes = {}): Cleaned {
  let count = 0;
  // Object.keys would make a list of them, for every span.
  for (const key in attributes) if (key !== '') count++;
  return { attributes, count, dropped: 0 };
}

function checked(attributes: Attributes): Cleaned {
  const { attributes: clean = {}, droppedAttributesCount: dropped = 0 } = cleanAttributes(attributes, unlimited);
  return { attributes: clean, count: Object.keys(clean).length, dropped };
}
