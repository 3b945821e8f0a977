import { type Attribute, textOf } from './attribute-value.ts';
import { type OtlpAttribute, type OtlpSpan, type OtlpTraces, spansFromOtlp, valueFrom } from './otlp-json.ts';
import { serviceNameOf } from './service-name.ts';
import { type Resource, type Scope, type Span, SPAN_KINDS, type SpanKind, STATUS_CODES } from './span.ts';

type Details = Pick<Span, 'attributes' | 'events' | 'links'>;

/**
 * The spans of OTLP JSON whose attributes, events and links are read when someone first asks: a screen shows a hundred
 * thousand spans and looks into a few. The JSON belongs to the spans from then on.
 */
export function lazySpansFromOtlp(traces: OtlpTraces): Span[] {
  return (traces.resourceSpans ?? []).flatMap(({ resource: resourceJson, scopeSpans }) =>
    (scopeSpans ?? []).flatMap(({ scope: scopeJson, spans }) => {
      // The shared parts are read by the ordinary reader, from one span that has nothing else.
      const shell = { resource: resourceJson ?? null, scopeSpans: [{ scope: scopeJson ?? null, spans: [{}] }] };
      const [empty] = spansFromOtlp({ resourceSpans: [shell] });
      return empty === undefined ? [] : (spans ?? []).map(span => new LazySpan(span, empty.resource, empty.scope));
    }),
  );
}

/**
 * Whether a key or a value of the span's own attributes and events, or an event's name, passes the test. Those of a lazy
 * span are looked at where they stand, so that a search through a big trace does not read all of it into memory.
 */
export function someDetail(span: Span, test: (text: string) => boolean): boolean {
  if (span instanceof LazySpan) return span.someDetail(test);
  const some = (attributes: readonly Attribute[]) =>
    attributes.some(({ key, value }) => test(key) || test(textOf(value)));
  return some(span.attributes) || span.events.some(event => test(event.name) || some(event.attributes));
}

class LazySpan implements Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: SpanKind;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly status: Span['status'];
  readonly service: string;
  readonly resource: Resource;
  readonly scope: Scope;
  readonly #json: OtlpSpan;
  #details: Details | undefined;

  constructor(json: OtlpSpan, resource: Resource, scope: Scope) {
    this.#json = json;
    this.traceId = (json.traceId ?? '').toLowerCase();
    this.spanId = (json.spanId ?? '').toLowerCase();
    this.parentSpanId = (json.parentSpanId ?? '').toLowerCase();
    this.name = json.name ?? '';
    this.kind = SPAN_KINDS[json.kind ?? 0] ?? 'unspecified';
    this.startNs = BigInt(json.startTimeUnixNano ?? 0);
    this.endNs = BigInt(json.endTimeUnixNano ?? 0);
    this.status = { code: STATUS_CODES[json.status?.code ?? 0] ?? 'unset', message: json.status?.message ?? '' };
    this.service = serviceNameOf(resource.attributes);
    this.resource = resource;
    this.scope = scope;
  }

  get traceState() {
    return this.#json.traceState ?? '';
  }

  get flags() {
    return this.#json.flags ?? 0;
  }

  get attributes() {
    return this.#read().attributes;
  }

  get droppedAttributesCount() {
    return this.#json.droppedAttributesCount ?? 0;
  }

  get events() {
    return this.#read().events;
  }

  get droppedEventsCount() {
    return this.#json.droppedEventsCount ?? 0;
  }

  get links() {
    return this.#read().links;
  }

  get droppedLinksCount() {
    return this.#json.droppedLinksCount ?? 0;
  }

  someDetail(test: (text: string) => boolean): boolean {
    const { attributes, events } = this.#json;
    if (someAttribute(attributes, test)) return true;
    return (events ?? []).some(event => test(event.name ?? '') || someAttribute(event.attributes, test));
  }

  #read(): Details {
    this.#details ??= detailsOf(this.#json);
    return this.#details;
  }
}

function someAttribute(attributes: OtlpSpan['attributes'], test: (text: string) => boolean): boolean {
  for (const attribute of attributes ?? []) if (test(attribute.key ?? '') || test(jsonTextOf(attribute))) return true;
  return false;
}

const jsonTextOf = ({ value }: OtlpAttribute): string => value?.stringValue ?? textOf(valueFrom(value ?? {}));

const NO_DETAILS: Details = { attributes: [], events: [], links: [] };

function detailsOf(json: OtlpSpan): Details {
  return spansFromOtlp({ resourceSpans: [{ scopeSpans: [{ spans: [json] }] }] })[0] ?? NO_DETAILS;
}
