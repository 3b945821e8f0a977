import type { JaegerReference } from '@tracelab/contracts/trace-query';
import {
  type Attribute,
  type AttributeValue,
  base64Of,
  JsonBytes,
  type Resource,
  type Span,
  type SpanEvent,
  textOf,
} from '@tracelab/trace-model';

import { shortTraceId } from './trace-id-text.ts';

/**
 * Writes spans of one trace, which come by start, in Jaeger's v1 JSON, span by span: after each, what was written may be
 * taken. Objects and `JSON.stringify` take half as long again. Sub-microsecond precision is lost here and nowhere else.
 */
export function* writeJaegerTrace(json: JsonBytes, { traceId, spans }: JaegerTraceSource): Generator<void, void, void> {
  const processes = new ProcessTable();
  const traceID = shortTraceId(traceId);
  json.raw('{"traceID":');
  json.text(traceID);
  json.raw(',"spans":[');
  for (const span of spans) {
    json.comma();
    writeSpan(json, span, { traceID, processID: processes.idOf(span) });
    yield;
  }
  json.raw('],"processes":');
  processes.write(json);
  json.raw(',"warnings":null}');
}

export interface JaegerTraceSource {
  readonly traceId: string;
  /** By start, then by id. */
  readonly spans: Iterable<Span>;
}

/** Numbers the processes of a trace: equal service and tags make one, in order of first use. */
class ProcessTable {
  readonly #ids = new Map<string, string>();
  readonly #ofResource = new Map<Resource, string>();

  idOf({ resource, service }: Span): string {
    const known = this.#ofResource.get(resource);
    if (known !== undefined) return known;
    const process = processOf(service, resource);
    const id = this.#ids.get(process) ?? `p${this.#ids.size + 1}`;
    this.#ids.set(process, id);
    this.#ofResource.set(resource, id);
    return id;
  }

  write(json: JsonBytes): void {
    json.raw('{');
    for (const [process, id] of this.#ids) {
      json.comma();
      json.text(id);
      json.raw(':');
      json.written(process);
    }
    json.raw('}');
  }
}

/** As JSON. */
function processOf(service: string, { attributes }: Resource): string {
  const json = new JsonBytes();
  json.raw('{"serviceName":');
  json.text(service);
  json.raw(',"tags":[');
  for (const attribute of attributes) if (attribute.key !== 'service.name') writeTag(json, attribute);
  json.raw(']}');
  return Buffer.from(json.bytes()).toString();
}

interface SpanPlace {
  readonly traceID: string;
  readonly processID: string;
}

function writeSpan(json: JsonBytes, span: Span, { traceID, processID }: SpanPlace): void {
  const flags = span.flags & 0xff;
  const durationNs = span.endNs > span.startNs ? span.endNs - span.startNs : 0n;
  json.raw('{');
  writeIds(json, traceID, span.spanId);
  if (flags !== 0) json.raw(`,"flags":${flags}`);
  json.raw(',"operationName":');
  json.text(span.name);
  json.raw(',"references":');
  writeReferences(json, span, traceID);
  json.raw(',"startTime":');
  json.raw(microsOf(span.startNs));
  json.raw(',"duration":');
  json.raw(microsOf(durationNs));
  json.raw(',"tags":[');
  writeTags(json, span);
  json.raw('],"logs":[');
  for (const event of span.events) writeLog(json, event);
  json.raw('],"processID":');
  json.text(processID);
  json.raw(',"warnings":');
  writeWarnings(json, span);
  json.raw('}');
}

function writeIds(json: JsonBytes, traceID: string, spanID: string): void {
  json.raw('"traceID":');
  json.text(traceID);
  json.raw(',"spanID":');
  json.text(spanID);
}

const microsOf = (ns: bigint) => String(ns / 1000n);

function writeTags(json: JsonBytes, { scope, attributes, kind, status, traceState }: Span): void {
  writeText(json, 'otel.scope.name', scope.name);
  writeText(json, 'otel.scope.version', scope.version);
  for (const attribute of attributes) if (!isWarning(attribute)) writeTag(json, attribute);
  writeText(json, 'span.kind', kind === 'unspecified' ? '' : kind);
  writeText(json, 'otel.status_code', status.code === 'unset' ? '' : status.code.toUpperCase());
  if (status.code === 'error') writeTag(json, IS_ERROR);
  writeText(json, 'otel.status_description', status.message);
  writeText(json, 'w3c.tracestate', traceState);
}

const IS_ERROR: Attribute = { key: 'error', value: { type: 'bool', value: true } };

function writeText(json: JsonBytes, key: string, text: string): void {
  if (text === '') return;
  openTag(json, key);
  json.raw(OF_STRING);
  json.text(text);
  json.raw('}');
}

function openTag(json: JsonBytes, key: string): void {
  json.comma();
  json.raw('{"key":');
  json.text(key);
}

const OF_STRING = ',"type":"string","value":';

function writeTag(json: JsonBytes, { key, value }: Attribute): void {
  openTag(json, key);
  switch (value.type) {
    case 'bool':
      json.raw(value.value ? ',"type":"bool","value":true' : ',"type":"bool","value":false');
      break;
    case 'int':
      json.raw(',"type":"int64","value":');
      writeNumber(json, value.value, typeof value.value === 'number');
      break;
    case 'double':
      json.raw(',"type":"float64","value":');
      // JSON has no NaN.
      writeNumber(json, value.value, Number.isFinite(value.value));
      break;
    case 'bytes':
      json.raw(',"type":"binary","value":');
      json.text(base64Of(value.value));
      break;
    case 'string':
      json.raw(OF_STRING);
      json.textValue(value);
      break;
    case 'empty':
    case 'array':
    case 'map':
      json.raw(OF_STRING);
      json.text(textOf(value));
  }
  json.raw('}');
}

function writeNumber(json: JsonBytes, value: number | bigint, isJson: boolean): void {
  if (isJson) json.raw(String(value));
  else json.text(String(value));
}

function writeLog(json: JsonBytes, { timeNs, name, attributes }: SpanEvent): void {
  json.comma();
  json.raw('{"timestamp":');
  json.raw(microsOf(timeNs));
  json.raw(',"fields":[');
  if (!attributes.some(({ key }) => key === 'event')) writeText(json, 'event', name);
  for (const attribute of attributes) writeTag(json, attribute);
  json.raw(']}');
}

function writeReferences(json: JsonBytes, span: Span, traceID: string): void {
  if (span.links.length > 0) json.value(referencesOf(span, traceID));
  else if (span.parentSpanId === '') json.raw('[]');
  else writeParent(json, traceID, span.parentSpanId);
}

function writeParent(json: JsonBytes, traceID: string, spanID: string): void {
  json.raw('[{"refType":"CHILD_OF",');
  writeIds(json, traceID, spanID);
  json.raw('}]');
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

function writeWarnings(json: JsonBytes, { attributes, startNs, endNs }: Span): void {
  const warnings = attributes.some(isWarning)
    ? attributes.filter(isWarning).flatMap(({ value }) => textsIn(value))
    : [];
  if (endNs < startNs) warnings.push(`span ends (${endNs}) before it starts (${startNs})`);
  if (warnings.length === 0) json.raw('null');
  else json.value(warnings);
}

const isWarning = ({ key }: Attribute) => key === '@jaeger@warnings';

function textsIn(value: AttributeValue): string[] {
  return value.type === 'array' ? value.value.map(textOf) : [textOf(value)];
}
