import { SpanStatusCode, diag } from '@opentelemetry/api';
import type {
  AnyValue,
  Attributes,
  Exception,
  HrTime,
  Link,
  SpanContext,
  SpanKind,
  SpanStatus,
  TimeInput,
} from '@opentelemetry/api';
import {
  AddAttributeDecision,
  cleanAttributes,
  cleanSimpleAttributes,
  hrTimeDuration,
  isTimeInput,
  maybeAddAttribute,
} from '@opentelemetry/core';
import type { ReadableSpan, Span, SpanLimits, SpanProcessor } from '@opentelemetry/sdk-trace';
import {
  ATTR_EXCEPTION_MESSAGE,
  ATTR_EXCEPTION_STACKTRACE,
  ATTR_EXCEPTION_TYPE,
} from '@opentelemetry/semantic-conventions';
import { clock, hrTimeOfMs } from '../clock.ts';
import { isPlainKey } from '../redact.ts';
import { relatives } from '../span-recording.ts';
import type { RelatedSpan, SpanRecording } from '../span-recording.ts';

type TimedEvent = ReadableSpan['events'][number];

/** What all spans of one tracer have in common. */
export interface SpanOrigin {
  readonly resource: ReadableSpan['resource'];
  readonly scope: ReadableSpan['instrumentationScope'];
  readonly limits: Readonly<Required<SpanLimits>>;
  readonly processor: SpanProcessor;
}

/** What one span is from its start. */
export interface SpanStart {
  readonly name: string;
  readonly kind: SpanKind;
  readonly context: SpanContext;
  readonly parent: SpanContext | undefined;
  /** Clean already, and the span's own from now on. */
  readonly attributes: Attributes;
  readonly attributesCount: number;
  /** Nothing among them is a secret. */
  readonly areClean: boolean;
  readonly droppedAttributesCount: number;
  readonly links: Link[] | undefined;
  readonly startTime: TimeInput | undefined;
}

const unset: SpanStatus = { code: SpanStatusCode.UNSET };
const notEnded: HrTime = [0, 0];
const noDuration: HrTime = [-1, -1];
// Nearly every span has no links, and most have no events.
const none: never[] = [];
Object.freeze(none);

/**
 * A span as the SDK's processors and exporters know it, and equal to the SDK's own in all they see. It makes no object before it needs it, looks
 * only at attribute values that are not plain, and asks the clock of this library.
 */
export class RecordedSpan implements Span, RelatedSpan {
  name: string;
  readonly kind: SpanKind;
  readonly parentSpanContext?: SpanContext;
  readonly startTime: HrTime;
  readonly attributes: Attributes;
  status = unset;
  endTime = notEnded;
  ended = false;
  /** Whether all attributes have been looked through for secrets. */
  areClean: boolean;
  droppedAttributesCount: number;
  droppedEventsCount = 0;
  droppedLinksCount = 0;
  [relatives]: SpanRecording | undefined = undefined;
  readonly #origin: SpanOrigin;
  readonly #context: SpanContext;
  /** At least as many as there are: a value that replaces another is counted too. */
  #attributesCount: number;
  #events: TimedEvent[] | undefined;
  #links: Link[] | undefined;

  constructor(origin: SpanOrigin, start: SpanStart) {
    this.#origin = origin;
    this.#context = start.context;
    this.name = start.name;
    this.kind = start.kind;
    if (start.parent !== undefined) this.parentSpanContext = start.parent;
    this.attributes = start.attributes;
    this.#attributesCount = start.attributesCount;
    this.areClean = start.areClean;
    this.droppedAttributesCount = start.droppedAttributesCount;
    this.startTime = hrTimeOf(start.startTime);
    if (start.links !== undefined) this.#keepLinks(start.links);
  }

  get resource(): ReadableSpan['resource'] {
    return this.#origin.resource;
  }

  get instrumentationScope(): ReadableSpan['instrumentationScope'] {
    return this.#origin.scope;
  }

  get events(): TimedEvent[] {
    return this.#events ?? none;
  }

  get links(): Link[] {
    return this.#links ?? none;
  }

  get duration(): HrTime {
    return this.endTime === notEnded ? noDuration : hrTimeDuration(this.startTime, this.endTime);
  }

  spanContext(): SpanContext {
    return this.#context;
  }

  isRecording(): boolean {
    return !this.ended;
  }

  setAttribute(key: string, value: AnyValue): this {
    if (!this.#isOver()) this.#write(key, value);
    return this;
  }

  setAttributes(attributes: Attributes): this {
    if (this.#isOver()) return this;
    for (const key in attributes) if (Object.hasOwn(attributes, key)) this.#write(key, attributes[key]);
    return this;
  }

  addEvent(name: string, attributesOrTime?: Attributes | TimeInput, time?: TimeInput): this {
    if (this.#isOver()) return this;
    const { eventCountLimit, attributePerEventCountLimit, attributeValueLengthLimit } = this.#origin.limits;
    if (eventCountLimit === 0) {
      this.droppedEventsCount++;
      return this;
    }
    const events = (this.#events ??= []);
    if (events.length >= eventCountLimit) {
      events.shift();
      this.droppedEventsCount++;
    }
    const isTime = isTimeInput(attributesOrTime);
    const limits = { attributeCountLimit: attributePerEventCountLimit, attributeValueLengthLimit };
    events.push({
      name,
      time: hrTimeOf(isTimeInput(time) ? time : isTime ? attributesOrTime : undefined),
      ...(!isTime && cleanSimpleAttributes(attributesOrTime, limits)),
    });
    return this;
  }

  addLink(link: Link): this {
    if (this.#isOver()) return this;
    const { linkCountLimit } = this.#origin.limits;
    if (linkCountLimit === 0) {
      this.droppedLinksCount++;
      return this;
    }
    const links = (this.#links ??= []);
    if (links.length >= linkCountLimit) {
      links.shift();
      this.droppedLinksCount++;
    }
    links.push(cleanLink(link, this.#origin.limits));
    return this;
  }

  addLinks(links: readonly Link[]): this {
    for (const link of links) this.addLink(link);
    return this;
  }

  setStatus({ code, message }: SpanStatus): this {
    if (this.#isOver() || code === SpanStatusCode.UNSET || this.status.code === SpanStatusCode.OK) return this;
    const isTold = code === SpanStatusCode.ERROR && typeof message === 'string';
    this.status = isTold ? { code, message } : { code };
    return this;
  }

  updateName(name: string): this {
    if (!this.#isOver()) this.name = name;
    return this;
  }

  recordException(exception: Exception, time?: TimeInput): void {
    const attributes = attributesOf(exception);
    if (attributes[ATTR_EXCEPTION_TYPE] || attributes[ATTR_EXCEPTION_MESSAGE])
      this.addEvent('exception', attributes, time);
    else diag.warn('Failed to record an exception that has neither a type nor a message');
  }

  end(endTime?: TimeInput): void {
    if (this.#isOver()) return;
    this.endTime = hrTimeOf(endTime);
    if (isBefore(this.endTime, this.startTime)) {
      diag.warn(`The end of span ${this.name} is before its start; its duration is set to 0.`);
      this.endTime = [...this.startTime];
    }
    this.#tellDropped();
    const { processor } = this.#origin;
    processor.onEnding?.(this);
    this.ended = true;
    processor.onEnd(this);
  }

  #isOver(): boolean {
    if (this.ended) {
      const { traceId, spanId } = this.#context;
      diag.debug(`Cannot execute the operation on ended Span {traceId: ${traceId}, spanId: ${spanId}}`);
    }
    return this.ended;
  }

  #write(key: string, value: AnyValue): void {
    if (this.areClean && !isPlainKey(key)) this.areClean = false;
    const { attributeCountLimit, attributeValueLengthLimit } = this.#origin.limits;
    const isPlain =
      typeof value === 'string'
        ? value.length <= attributeValueLengthLimit
        : typeof value === 'number' || typeof value === 'boolean';
    if (isPlain && this.#attributesCount < attributeCountLimit && key !== '') {
      this.attributes[key] = value;
      this.#attributesCount++;
    } else this.#writeChecked(key, value);
  }

  #writeChecked(key: string, value: AnyValue): void {
    const { attributes } = this;
    const { limits } = this.#origin;
    const currentAttributesCount = Object.keys(attributes).length;
    const decision = maybeAddAttribute({ key, value, attributes, limits, currentAttributesCount });
    this.#attributesCount = currentAttributesCount;
    if (decision === AddAttributeDecision.ADD_NEW) this.#attributesCount++;
    if (decision !== AddAttributeDecision.DROP_LIMIT_REACHED) return;
    if (this.droppedAttributesCount++ === 0) diag.warn('Dropping extra attributes.');
  }

  #keepLinks(links: Link[]): void {
    const surplus = Math.max(0, links.length - this.#origin.limits.linkCountLimit);
    this.#links = surplus === 0 ? links : links.slice(surplus);
    this.droppedLinksCount = surplus;
  }

  #tellDropped(): void {
    if (this.droppedEventsCount > 0) diag.warn(`Dropped ${this.droppedEventsCount} events of span ${this.name}`);
    if (this.droppedLinksCount > 0) diag.warn(`Dropped ${this.droppedLinksCount} links of span ${this.name}`);
  }
}

/** `link` as a span may keep it. */
export function cleanLink({ context, attributes }: Link, limits: SpanOrigin['limits']): Link {
  const { attributePerLinkCountLimit: attributeCountLimit, attributeValueLengthLimit } = limits;
  return { context, ...cleanAttributes(attributes, { attributeCountLimit, attributeValueLengthLimit }) };
}

const processStartMs = performance.timeOrigin;

// Numbers below the process's own age are readings of its monotonic clock, as the SDK has it; asked last, since that clock costs more than all else.
function hrTimeOf(time: TimeInput | undefined): HrTime {
  if (time === undefined) return hrTimeOfMs(clock.now());
  if (typeof time === 'number')
    return hrTimeOfMs(time < processStartMs && time <= performance.now() ? clock.at(time) : time);
  return time instanceof Date ? hrTimeOfMs(time.getTime()) : time;
}

function isBefore([seconds, nanos]: HrTime, [otherSeconds, otherNanos]: HrTime): boolean {
  return seconds < otherSeconds || (seconds === otherSeconds && nanos < otherNanos);
}

function attributesOf(exception: Exception): Attributes {
  if (typeof exception === 'string') return { [ATTR_EXCEPTION_MESSAGE]: exception };
  const { code, name, message, stack } = exception;
  const type = code ? String(code) : name;
  return {
    ...(type && { [ATTR_EXCEPTION_TYPE]: type }),
    ...(message && { [ATTR_EXCEPTION_MESSAGE]: message }),
    ...(stack && { [ATTR_EXCEPTION_STACKTRACE]: stack }),
  };
}
