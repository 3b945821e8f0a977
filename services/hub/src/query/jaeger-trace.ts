import type {
  JaegerProcess,
  JaegerReference,
  JaegerSpan,
  JaegerTag,
  JaegerTrace,
} from '@tracelab/contracts/trace-query';
import { type Attribute, type AttributeValue, base64Of, type Resource, type Span, textOf } from '@tracelab/trace-model';

import { shortTraceId } from './trace-id-text.ts';

/** Spans of one trace in Jaeger's v1 JSON, by start. Sub-microsecond precision is lost here and nowhere else. */
export function jaegerTrace(spans: readonly Span[]): JaegerTrace {
  const processes = new ProcessTable();
  const traceID = shortTraceId(spans[0]?.traceId ?? '');
  const inOrder = spans.toSorted(byStart);
  const told = inOrder.map(span => jaegerSpan(span, traceID, processes.idOf(span)));
  return { traceID, spans: told, processes: processes.toJson(), warnings: null };
}

/** The spans of several traces, one Jaeger trace each, in order of first appearance. */
export function jaegerTraces(spans: readonly Span[]): JaegerTrace[] {
  return [...Map.groupBy(spans, span => span.traceId).values()].map(jaegerTrace);
}

function byStart(left: Span, right: Span): number {
  if (left.startNs !== right.startNs) return left.startNs < right.startNs ? -1 : 1;
  return left.spanId < right.spanId ? -1 : left.spanId > right.spanId ? 1 : 0;
}

/** Numbers the processes of a trace: equal service and tags make one, in order of first use. */
class ProcessTable {
  readonly #ids = new Map<string, string>();
  readonly #ofResource = new Map<Resource, string>();
  readonly #processes: Record<string, JaegerProcess> = {};

  idOf({ resource, service }: Span): string {
    const known = this.#ofResource.get(resource);
    if (known !== undefined) return known;
    const tags = resource.attributes.filter(({ key }) => key !== 'service.name').map(jaegerTag);
    const key = JSON.stringify([service, tags]);
    const id = this.#ids.get(key) ?? `p${this.#ids.size + 1}`;
    this.#ids.set(key, id);
    this.#ofResource.set(resource, id);
    this.#processes[id] ??= { serviceName: service, tags };
    return id;
  }

  toJson(): Record<string, JaegerProcess> {
    return this.#processes;
  }
}

function jaegerSpan(span: Span, traceID: string, processID: string): JaegerSpan {
  const flags = span.flags & 0xff;
  return {
    traceID,
    spanID: span.spanId,
    ...(flags !== 0 && { flags }),
    operationName: span.name,
    references: referencesOf(span, traceID),
    startTime: microsOf(span.startNs),
    duration: span.endNs > span.startNs ? microsOf(span.endNs - span.startNs) : 0,
    tags: tagsOf(span),
    logs: span.events.map(({ timeNs, name, attributes }) => ({
      timestamp: microsOf(timeNs),
      fields: fieldsOf(name, attributes),
    })),
    processID,
    warnings: warningsOf(span),
  };
}

const microsOf = (ns: bigint) => Number(ns / 1000n);

function tagsOf({ scope, attributes, kind, status, traceState }: Span): JaegerTag[] {
  const tags: JaegerTag[] = [];
  const add = (key: string, value: string) => {
    if (value !== '') tags.push({ key, type: 'string', value });
  };
  add('otel.scope.name', scope.name);
  add('otel.scope.version', scope.version);
  for (const attribute of attributes) if (attribute.key !== WARNINGS_KEY) tags.push(jaegerTag(attribute));
  add('span.kind', kind === 'unspecified' ? '' : kind);
  add('otel.status_code', status.code === 'unset' ? '' : status.code.toUpperCase());
  if (status.code === 'error') tags.push({ key: 'error', type: 'bool', value: true });
  add('otel.status_description', status.message);
  add('w3c.tracestate', traceState);
  return tags;
}

const WARNINGS_KEY = '@jaeger@warnings';

function jaegerTag({ key, value }: Attribute): JaegerTag {
  switch (value.type) {
    case 'bool':
      return { key, type: 'bool', value: value.value };
    case 'int':
      return { key, type: 'int64', value: typeof value.value === 'bigint' ? value.value.toString() : value.value };
    case 'double':
      // JSON has no NaN.
      return { key, type: 'float64', value: Number.isFinite(value.value) ? value.value : String(value.value) };
    case 'bytes':
      return { key, type: 'binary', value: base64Of(value.value) };
    case 'empty':
    case 'string':
    case 'array':
    case 'map':
      return { key, type: 'string', value: textOf(value) };
  }
}

function fieldsOf(name: string, attributes: readonly Attribute[]): JaegerTag[] {
  const fields = attributes.map(jaegerTag);
  const namesItself = name === '' || attributes.some(({ key }) => key === 'event');
  return namesItself ? fields : [{ key: 'event', type: 'string', value: name }, ...fields];
}

function referencesOf(span: Span, traceID: string): JaegerReference[] {
  const references: JaegerReference[] = [];
  if (span.parentSpanId !== '') references.push({ refType: 'CHILD_OF', traceID, spanID: span.parentSpanId });
  for (const { traceId, spanId, attributes } of span.links) {
    const type = attributes.find(({ key }) => key === 'opentracing.ref_type')?.value;
    const refType = type !== undefined && textOf(type) === 'child_of' ? 'CHILD_OF' : 'FOLLOWS_FROM';
    const reference = { refType, traceID: shortTraceId(traceId), spanID: spanId } as const;
    if (span.parentSpanId === spanId && span.traceId === traceId) references[0] = reference;
    else references.push(reference);
  }
  return references;
}

function warningsOf(span: Span): string[] | null {
  const own = span.attributes.filter(({ key }) => key === WARNINGS_KEY).flatMap(({ value }) => textsIn(value));
  if (span.endNs < span.startNs) own.push(`span ends (${span.endNs}) before it starts (${span.startNs})`);
  return own.length === 0 ? null : own;
}

function textsIn(value: AttributeValue): string[] {
  return value.type === 'array' ? value.value.map(textOf) : [textOf(value)];
}
