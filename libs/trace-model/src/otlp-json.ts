import { type Attribute, type AttributeValue, bytesOfBase64, exactInt } from './attribute-value.ts';
import { otlpBytesOf } from './otlp-bytes.ts';
import { serviceNameOf } from './service-name.ts';
import {
  type Resource,
  type Scope,
  type Span,
  SPAN_KINDS,
  type SpanEvent,
  type SpanLink,
  STATUS_CODES,
} from './span.ts';

/** OTLP's JSON: lowerCamelCase, ids in hex, 64-bit integers as text or numbers, enums as integers. */
export interface OtlpTraces {
  readonly resourceSpans?: readonly OtlpResourceSpans[] | null;
}

interface OtlpHolder {
  readonly attributes?: readonly OtlpAttribute[] | null;
  readonly droppedAttributesCount?: number;
}

export interface OtlpResourceSpans {
  readonly resource?: OtlpHolder | null;
  readonly scopeSpans?: readonly OtlpScopeSpans[] | null;
}

export interface OtlpScopeSpans {
  readonly scope?: {
    name?: string;
    version?: string;
    attributes?: readonly OtlpAttribute[] | null;
    droppedAttributesCount?: number;
  } | null;
  readonly spans?: readonly OtlpSpan[] | null;
}

export interface OtlpAttribute {
  readonly key?: string;
  readonly value?: OtlpValue | null;
}

export interface OtlpValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: string | number;
  readonly doubleValue?: number | string;
  readonly bytesValue?: string;
  readonly arrayValue?: { readonly values?: readonly OtlpValue[] | null };
  readonly kvlistValue?: { readonly values?: readonly OtlpAttribute[] | null };
}

export interface OtlpSpan {
  readonly traceId?: string;
  readonly spanId?: string;
  readonly parentSpanId?: string;
  readonly traceState?: string;
  readonly flags?: number;
  readonly name?: string;
  readonly kind?: number;
  readonly startTimeUnixNano?: string | number;
  readonly endTimeUnixNano?: string | number;
  readonly attributes?: readonly OtlpAttribute[] | null;
  readonly droppedAttributesCount?: number;
  readonly events?: readonly OtlpEvent[] | null;
  readonly droppedEventsCount?: number;
  readonly links?: readonly OtlpLink[] | null;
  readonly droppedLinksCount?: number;
  readonly status?: { readonly code?: number; readonly message?: string } | null;
}

export interface OtlpEvent {
  readonly timeUnixNano?: string | number;
  readonly name?: string;
  readonly attributes?: readonly OtlpAttribute[] | null;
  readonly droppedAttributesCount?: number;
}

export interface OtlpLink {
  readonly traceId?: string;
  readonly spanId?: string;
  readonly traceState?: string;
  readonly flags?: number;
  readonly attributes?: readonly OtlpAttribute[] | null;
  readonly droppedAttributesCount?: number;
}

/** Reads OTLP JSON that a backend answered; what is absent has its protobuf default. */
export function spansFromOtlp(traces: OtlpTraces): Span[] {
  return (traces.resourceSpans ?? []).flatMap(({ resource: resourceJson, scopeSpans }) => {
    const resource: Resource = {
      attributes: attributesFrom(resourceJson?.attributes),
      droppedAttributesCount: resourceJson?.droppedAttributesCount ?? 0,
    };
    const service = serviceNameOf(resource.attributes);
    return (scopeSpans ?? []).flatMap(({ scope: scopeJson, spans }) => {
      const scope: Scope = {
        name: scopeJson?.name ?? '',
        version: scopeJson?.version ?? '',
        attributes: attributesFrom(scopeJson?.attributes),
        droppedAttributesCount: scopeJson?.droppedAttributesCount ?? 0,
      };
      return (spans ?? []).map(span => ({ ...spanFrom(span), service, resource, scope }));
    });
  });
}

/** Spans as OTLP JSON, as `otlpBytesOf` writes it. */
export const otlpFromSpans = (spans: readonly Span[]): { resourceSpans: OtlpResourceSpans[] } =>
  JSON.parse(new TextDecoder().decode(otlpBytesOf(spans))) as { resourceSpans: OtlpResourceSpans[] };

function spanFrom(json: OtlpSpan): Omit<Span, 'service' | 'resource' | 'scope'> {
  return {
    traceId: (json.traceId ?? '').toLowerCase(),
    spanId: (json.spanId ?? '').toLowerCase(),
    parentSpanId: (json.parentSpanId ?? '').toLowerCase(),
    traceState: json.traceState ?? '',
    flags: json.flags ?? 0,
    name: json.name ?? '',
    kind: SPAN_KINDS[json.kind ?? 0] ?? 'unspecified',
    startNs: BigInt(json.startTimeUnixNano ?? 0),
    endNs: BigInt(json.endTimeUnixNano ?? 0),
    attributes: attributesFrom(json.attributes),
    droppedAttributesCount: json.droppedAttributesCount ?? 0,
    events: (json.events ?? []).map(eventFrom),
    droppedEventsCount: json.droppedEventsCount ?? 0,
    links: (json.links ?? []).map(linkFrom),
    droppedLinksCount: json.droppedLinksCount ?? 0,
    status: { code: STATUS_CODES[json.status?.code ?? 0] ?? 'unset', message: json.status?.message ?? '' },
  };
}

function eventFrom(json: OtlpEvent): SpanEvent {
  return {
    timeNs: BigInt(json.timeUnixNano ?? 0),
    name: json.name ?? '',
    attributes: attributesFrom(json.attributes),
    droppedAttributesCount: json.droppedAttributesCount ?? 0,
  };
}

function linkFrom(json: OtlpLink): SpanLink {
  return {
    traceId: (json.traceId ?? '').toLowerCase(),
    spanId: (json.spanId ?? '').toLowerCase(),
    traceState: json.traceState ?? '',
    flags: json.flags ?? 0,
    attributes: attributesFrom(json.attributes),
    droppedAttributesCount: json.droppedAttributesCount ?? 0,
  };
}

function attributesFrom(json: readonly OtlpAttribute[] | null | undefined): Attribute[] {
  return (json ?? []).map(({ key, value }) => ({ key: key ?? '', value: valueFrom(value ?? {}) }));
}

/** Reads one value of OTLP JSON. */
export function valueFrom(json: OtlpValue): AttributeValue {
  if (json.stringValue !== undefined) return { type: 'string', value: json.stringValue };
  if (json.boolValue !== undefined) return { type: 'bool', value: json.boolValue };
  if (json.intValue !== undefined) return { type: 'int', value: exactInt(BigInt(json.intValue)) };
  if (json.doubleValue !== undefined) return { type: 'double', value: Number(json.doubleValue) };
  if (json.bytesValue !== undefined) return { type: 'bytes', value: bytesOfBase64(json.bytesValue) };
  if (json.arrayValue !== undefined) return { type: 'array', value: (json.arrayValue.values ?? []).map(valueFrom) };
  if (json.kvlistValue !== undefined) return { type: 'map', value: attributesFrom(json.kvlistValue.values) };
  return { type: 'empty' };
}
