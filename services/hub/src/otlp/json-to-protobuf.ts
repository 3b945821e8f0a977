import { isUtf8 } from 'node:buffer';

import {
  base64OfField,
  boolOf,
  countOf,
  doubleOf,
  idOf,
  integerOf,
  listOf,
  objectOf,
  textOfField,
} from './json-fields.ts';
import { MalformedPayload } from './malformed-payload.ts';
import { ProtobufWriter } from './protobuf-writer.ts';

/**
 * Turns OTLP JSON into the protobuf message of the same content, so that past this line there is one encoding. Unknown
 * members are ignored, wrong types throw MalformedPayload. Only own members are read, so `__proto__` is a stranger.
 */
export function protobufFromJson(body: Buffer): Uint8Array {
  if (!isUtf8(body)) throw new MalformedPayload('the body is not UTF-8');
  const traces = objectOf(parsed(body), 'the body');
  const writer = new ProtobufWriter();
  for (const item of listOf(own(traces, 'resourceSpans'), 'resourceSpans')) writeResourceSpans(writer, item);
  return writer.finish();
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch (error) {
    throw new MalformedPayload('the body is not JSON', { cause: error });
  }
}

type Members = Readonly<Record<string, unknown>>;

const own = (members: Members, name: string): unknown => (Object.hasOwn(members, name) ? members[name] : undefined);
const isGiven = (value: unknown) => value !== undefined && value !== null;

function writeResourceSpans(writer: ProtobufWriter, item: unknown): void {
  const json = objectOf(item, 'resourceSpans');
  const start = writer.open(1);
  const resource = own(json, 'resource');
  if (isGiven(resource)) {
    const members = objectOf(resource, 'resource');
    const inner = writer.open(1);
    writeAttributes(writer, 1, own(members, 'attributes'));
    writeCount(writer, 2, own(members, 'droppedAttributesCount'));
    writer.close(inner);
  }
  for (const spans of listOf(own(json, 'scopeSpans'), 'scopeSpans')) writeScopeSpans(writer, spans);
  writer.close(start);
}

function writeScopeSpans(writer: ProtobufWriter, item: unknown): void {
  const json = objectOf(item, 'scopeSpans');
  const start = writer.open(2);
  const scope = own(json, 'scope');
  if (isGiven(scope)) {
    const members = objectOf(scope, 'scope');
    const inner = writer.open(1);
    writeText(writer, 1, own(members, 'name'));
    writeText(writer, 2, own(members, 'version'));
    writeAttributes(writer, 3, own(members, 'attributes'));
    writeCount(writer, 4, own(members, 'droppedAttributesCount'));
    writer.close(inner);
  }
  for (const span of listOf(own(json, 'spans'), 'spans')) writeSpan(writer, span);
  writer.close(start);
}

function writeSpan(writer: ProtobufWriter, item: unknown): void {
  const json = objectOf(item, 'spans');
  const start = writer.open(2);
  writer.raw(1, idOf(own(json, 'traceId'), 'traceId'));
  writer.raw(2, idOf(own(json, 'spanId'), 'spanId'));
  writeText(writer, 3, own(json, 'traceState'));
  const parent = own(json, 'parentSpanId');
  if (isGiven(parent) && parent !== '') writer.raw(4, idOf(parent, 'parentSpanId'));
  writeText(writer, 5, own(json, 'name'));
  writeCount(writer, 6, own(json, 'kind'));
  writeTime(writer, 7, own(json, 'startTimeUnixNano'));
  writeTime(writer, 8, own(json, 'endTimeUnixNano'));
  writeAttributes(writer, 9, own(json, 'attributes'));
  writeCount(writer, 10, own(json, 'droppedAttributesCount'));
  for (const event of listOf(own(json, 'events'), 'events')) writeEvent(writer, event);
  writeCount(writer, 12, own(json, 'droppedEventsCount'));
  for (const link of listOf(own(json, 'links'), 'links')) writeLink(writer, link);
  writeCount(writer, 14, own(json, 'droppedLinksCount'));
  writeStatus(writer, own(json, 'status'));
  writeFlags(writer, 16, own(json, 'flags'));
  writer.close(start);
}

function writeEvent(writer: ProtobufWriter, item: unknown): void {
  const json = objectOf(item, 'events');
  const start = writer.open(11);
  writeTime(writer, 1, own(json, 'timeUnixNano'));
  writeText(writer, 2, own(json, 'name'));
  writeAttributes(writer, 3, own(json, 'attributes'));
  writeCount(writer, 4, own(json, 'droppedAttributesCount'));
  writer.close(start);
}

function writeLink(writer: ProtobufWriter, item: unknown): void {
  const json = objectOf(item, 'links');
  const start = writer.open(13);
  writer.raw(1, idOf(own(json, 'traceId'), 'traceId'));
  writer.raw(2, idOf(own(json, 'spanId'), 'spanId'));
  writeText(writer, 3, own(json, 'traceState'));
  writeAttributes(writer, 4, own(json, 'attributes'));
  writeCount(writer, 5, own(json, 'droppedAttributesCount'));
  writeFlags(writer, 6, own(json, 'flags'));
  writer.close(start);
}

function writeStatus(writer: ProtobufWriter, value: unknown): void {
  if (!isGiven(value)) return;
  const json = objectOf(value, 'status');
  const start = writer.open(15);
  writeText(writer, 2, own(json, 'message'));
  writeCount(writer, 3, own(json, 'code'));
  writer.close(start);
}

function writeAttributes(writer: ProtobufWriter, field: number, value: unknown): void {
  for (const item of listOf(value, 'attributes')) writeAttribute(writer, field, { item, depth: 0 });
}

interface Nested {
  readonly item: unknown;
  readonly depth: number;
}

function writeAttribute(writer: ProtobufWriter, field: number, { item, depth }: Nested): void {
  const json = objectOf(item, 'attributes');
  const start = writer.open(field);
  writeText(writer, 1, own(json, 'key'));
  const value = own(json, 'value');
  if (isGiven(value)) writeValue(writer, 2, { item: value, depth });
  writer.close(start);
}

// One more than the check allows: what is deeper is refused there, or here before the stack is.
const MAX_DEPTH = 33;

function writeValue(writer: ProtobufWriter, field: number, { item, depth }: Nested): void {
  if (depth > MAX_DEPTH) throw new MalformedPayload('attribute values nest too deep');
  const json = objectOf(item, 'value');
  const start = writer.open(field);
  for (const [name, write] of VALUE_WRITERS) {
    const value = own(json, name);
    if (isGiven(value)) {
      write(writer, { item: value, depth });
      break;
    }
  }
  writer.close(start);
}

type ValueWriter = (writer: ProtobufWriter, nested: Nested) => void;

const VALUE_WRITERS: readonly (readonly [string, ValueWriter])[] = [
  [
    'stringValue',
    (writer, { item }) => {
      writer.text(1, textOfField(item, 'stringValue'));
    },
  ],
  [
    'boolValue',
    (writer, { item }) => {
      writer.count(2, boolOf(item, 'boolValue') ? 1 : 0);
    },
  ],
  [
    'intValue',
    (writer, { item }) => {
      writer.int64(3, int64Of(item));
    },
  ],
  [
    'doubleValue',
    (writer, { item }) => {
      writer.double(4, doubleOf(item, 'doubleValue'));
    },
  ],
  [
    'arrayValue',
    (writer, nested) => {
      writeList(writer, 5, nested);
    },
  ],
  [
    'kvlistValue',
    (writer, nested) => {
      writeList(writer, 6, nested);
    },
  ],
  [
    'bytesValue',
    (writer, { item }) => {
      writer.raw(7, base64OfField(item, 'bytesValue'));
    },
  ],
];

function writeList(writer: ProtobufWriter, field: 5 | 6, { item, depth }: Nested): void {
  const json = objectOf(item, field === 5 ? 'arrayValue' : 'kvlistValue');
  const start = writer.open(field);
  for (const value of listOf(own(json, 'values'), 'values')) {
    if (field === 5) writeValue(writer, 1, { item: value, depth: depth + 1 });
    else writeAttribute(writer, 1, { item: value, depth: depth + 1 });
  }
  writer.close(start);
}

function int64Of(value: unknown): bigint {
  const integer = integerOf(value, 'intValue');
  if (BigInt.asIntN(64, integer) !== integer) throw new MalformedPayload('intValue is not an integer of 64 bits');
  return integer;
}

function writeText(writer: ProtobufWriter, field: number, value: unknown): void {
  const text = textOfField(value, 'text');
  if (text !== '') writer.text(field, text);
}

function writeCount(writer: ProtobufWriter, field: number, value: unknown): void {
  const count = countOf(value, 'count or enum');
  if (count !== 0) writer.count(field, count);
}

function writeFlags(writer: ProtobufWriter, field: number, value: unknown): void {
  const flags = countOf(value, 'flags');
  if (flags !== 0) writer.fixed32(field, flags);
}

function writeTime(writer: ProtobufWriter, field: number, value: unknown): void {
  const time = integerOf(value, 'time');
  if (BigInt.asUintN(64, time) !== time) throw new MalformedPayload('time is not an unsigned integer of 64 bits');
  if (time !== 0n) writer.fixed64(field, time);
}
