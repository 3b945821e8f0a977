import { type Attribute, type AttributeValue, base64Of, plainOf } from './attribute-value.ts';
import { JsonBytes } from './json-bytes.ts';
import {
  type Resource,
  type Scope,
  type Span,
  SPAN_KINDS,
  type SpanEvent,
  type SpanLink,
  STATUS_CODES,
} from './span.ts';

/**
 * Writes spans as OTLP JSON in UTF-8, in their order, grouped where neighbours share resource and scope; members that
 * have protobuf's default are left out. As bytes at once: objects and `JSON.stringify` take several times as long.
 */
export function otlpBytesOf(spans: readonly Span[]): Uint8Array<ArrayBuffer> {
  const json = new JsonBytes(spans.length * SPAN_BYTES);
  const steps = writeOtlp(json, spans);
  while (steps.next().done !== true);
  return json.bytes();
}

/** What most spans need at most. */
const SPAN_BYTES = 1024;

/** The same as a part of something else, span by span: after each, what was written may be taken. */
export function* writeOtlp(json: JsonBytes, spans: Iterable<Span>): Generator<void, void, void> {
  let last: Span | undefined;
  json.raw('{"resourceSpans":[');
  for (const span of spans) {
    const isNewResource = last?.resource !== span.resource;
    if (isNewResource) {
      if (last !== undefined) json.raw(']}]},');
      openResource(json, span.resource);
    }
    if (isNewResource || last?.scope !== span.scope) {
      if (!isNewResource) json.raw(']},');
      openScope(json, span.scope);
    }
    json.comma();
    writeSpan(json, span);
    last = span;
    yield;
  }
  json.raw(last === undefined ? ']}' : ']}]}]}');
}

function openResource(json: JsonBytes, resource: Resource): void {
  json.raw('{"resource":{');
  writeHolder(json, resource);
  json.raw('},"scopeSpans":[');
}

function openScope(json: JsonBytes, scope: Scope): void {
  json.raw('{"scope":{');
  writeText(json, '"name":', scope.name);
  writeText(json, '"version":', scope.version);
  writeHolder(json, scope);
  json.raw('},"spans":[');
}

function writeSpan(json: JsonBytes, span: Span): void {
  writeIds(json, span);
  writeText(json, '"parentSpanId":', span.parentSpanId);
  writeText(json, '"traceState":', span.traceState);
  writeCount(json, '"flags":', span.flags);
  json.raw(',"name":');
  json.text(span.name);
  writeCount(json, '"kind":', SPAN_KINDS.indexOf(span.kind));
  json.raw(`,"startTimeUnixNano":"${span.startNs}","endTimeUnixNano":"${span.endNs}"`);
  writeHolder(json, span);
  if (span.events.length > 0) {
    json.comma();
    json.raw('"events":');
    writeItems(json, span.events, writeEvent);
  }
  writeCount(json, '"droppedEventsCount":', span.droppedEventsCount);
  if (span.links.length > 0) {
    json.comma();
    json.raw('"links":');
    writeItems(json, span.links, writeLink);
  }
  writeCount(json, '"droppedLinksCount":', span.droppedLinksCount);
  json.raw(',"status":{');
  writeText(json, '"message":', span.status.message);
  writeCount(json, '"code":', STATUS_CODES.indexOf(span.status.code));
  json.raw('}}');
}

function writeEvent(json: JsonBytes, event: SpanEvent): void {
  json.raw(`{"timeUnixNano":"${event.timeNs}","name":`);
  json.text(event.name);
  writeHolder(json, event);
  json.raw('}');
}

function writeLink(json: JsonBytes, link: SpanLink): void {
  writeIds(json, link);
  writeText(json, '"traceState":', link.traceState);
  writeCount(json, '"flags":', link.flags);
  writeHolder(json, link);
  json.raw('}');
}

function writeIds(json: JsonBytes, { traceId, spanId }: Pick<Span, 'traceId' | 'spanId'>): void {
  json.raw('{"traceId":');
  json.text(traceId);
  json.raw(',"spanId":');
  json.text(spanId);
}

interface Holder {
  readonly attributes: readonly Attribute[];
  readonly droppedAttributesCount: number;
}

function writeHolder(json: JsonBytes, { attributes, droppedAttributesCount }: Holder): void {
  if (attributes.length > 0) {
    json.comma();
    json.raw('"attributes":');
    writeItems(json, attributes, writeAttribute);
  }
  writeCount(json, '"droppedAttributesCount":', droppedAttributesCount);
}

function writeAttribute(json: JsonBytes, { key, value }: Attribute): void {
  json.raw('{"key":');
  json.text(key);
  json.raw(',"value":');
  writeValue(json, value);
  json.raw('}');
}

function writeValue(json: JsonBytes, value: AttributeValue): void {
  json.raw('{');
  switch (value.type) {
    case 'empty':
      break;
    case 'string':
      json.raw('"stringValue":');
      json.textValue(value);
      break;
    case 'bool':
      json.raw(`"boolValue":${value.value}`);
      break;
    case 'int':
      json.raw(`"intValue":"${value.value}"`);
      break;
    case 'double':
      // JSON has no NaN; protobuf's mapping spells it as text, as plainOf does.
      json.raw(`"doubleValue":${JSON.stringify(plainOf(value))}`);
      break;
    case 'bytes':
      json.raw(`"bytesValue":"${base64Of(value.value)}"`);
      break;
    case 'array':
      json.raw('"arrayValue":{"values":');
      writeItems(json, value.value, writeValue);
      json.raw('}');
      break;
    case 'map':
      json.raw('"kvlistValue":{"values":');
      writeItems(json, value.value, writeAttribute);
      json.raw('}');
  }
  json.raw('}');
}

type Write<Item> = (json: JsonBytes, item: Item) => void;

function writeItems<Item>(json: JsonBytes, items: readonly Item[], write: Write<Item>): void {
  json.raw('[');
  for (const item of items) {
    json.comma();
    write(json, item);
  }
  json.raw(']');
}

function writeText(json: JsonBytes, member: string, text: string): void {
  if (text === '') return;
  json.comma();
  json.raw(member);
  json.text(text);
}

function writeCount(json: JsonBytes, member: string, count: number): void {
  if (count === 0) return;
  json.comma();
  json.raw(`${member}${count}`);
}
