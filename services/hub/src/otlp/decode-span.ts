import {
  type Attribute,
  type AttributeValue,
  EMPTY_SPAN_NAME,
  exactInt,
  type Resource,
  type Scope,
  serviceNameOf,
  type Span,
  SPAN_KINDS,
  type SpanEvent,
  type SpanLink,
  STATUS_CODES,
} from '@tracelab/trace-model';

import { ProtobufCursor } from './protobuf-cursor.ts';
import {
  COLUMNS,
  RESOURCE_AT,
  RESOURCE_LENGTH,
  SCOPE_AT,
  SCOPE_LENGTH,
  SPAN_AT,
  type TraceBatch,
} from './trace-batch.ts';

interface Origin {
  readonly resource: Resource;
  readonly service: string;
}

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

/** A span that may be changed. */
export type DecodedSpan = Mutable<Omit<Span, 'attributes' | 'events' | 'links'>> & {
  attributes: Attribute[];
  events: DecodedEvent[];
  links: SpanLink[];
};
type DecodedEvent = Omit<SpanEvent, 'attributes'> & { readonly attributes: Attribute[] };

/** What tells of a span among the others of its trace. */
export type SpanHead = Pick<Span, 'spanId' | 'kind' | 'startNs'>;

/** Decodes the spans of a checked batch, or those of some rows. Spans of one resource share one object. */
export class BatchDecoder {
  readonly #batch: TraceBatch;
  readonly #cursor: ProtobufCursor;
  readonly #origins = new Map<number, Origin>();
  readonly #scopes = new Map<number, Scope>();

  /** What is decoded to be written again had better keep its text as it is. */
  constructor(batch: TraceBatch, { keepsText = false } = {}) {
    this.#batch = batch;
    this.#cursor = new ProtobufCursor(batch.bytes);
    this.#cursor.keepsText = keepsText;
  }

  get length(): number {
    return this.#batch.table.length / COLUMNS;
  }

  /** Its own parts belong to who asks; resource and scope are shared. */
  span(row: number): DecodedSpan {
    const first = row * COLUMNS;
    const [origin, scope] = [this.#originOf(first), this.#scopeOf(first)];
    return readSpan(this.#cursorAt(first, SPAN_AT), origin, scope);
  }

  spans(): Span[] {
    return Array.from({ length: this.length }, (_, row) => this.span(row));
  }

  /** Of all spans, at a fraction of the spans' cost. */
  heads(): SpanHead[] {
    return Array.from({ length: this.length }, (_, row) => readHead(this.#cursorAt(row * COLUMNS, SPAN_AT)));
  }

  #cursorAt(first: number, column: number): ProtobufCursor {
    const { table } = this.#batch;
    const at = table[first + column] as number;
    this.#cursor.moveTo(at, at + (table[first + column + 1] as number));
    return this.#cursor;
  }

  #originOf(first: number): Origin {
    const { table } = this.#batch;
    const key = table[first + RESOURCE_LENGTH] === 0 ? -1 : (table[first + RESOURCE_AT] as number);
    const known = this.#origins.get(key);
    if (known !== undefined) return known;
    const resource = readResource(this.#cursorAt(first, RESOURCE_AT));
    const origin = { resource, service: serviceNameOf(resource.attributes) };
    this.#origins.set(key, origin);
    return origin;
  }

  #scopeOf(first: number): Scope {
    const { table } = this.#batch;
    const key = table[first + SCOPE_LENGTH] === 0 ? -1 : (table[first + SCOPE_AT] as number);
    const known = this.#scopes.get(key);
    if (known !== undefined) return known;
    const scope = readScope(this.#cursorAt(first, SCOPE_AT));
    this.#scopes.set(key, scope);
    return scope;
  }
}

export function decodeBatch(batch: TraceBatch): Span[] {
  return new BatchDecoder(batch).spans();
}

function readHead(cursor: ProtobufCursor): SpanHead {
  const head: Mutable<SpanHead> = { spanId: '', kind: 'unspecified', startNs: 0n };
  while (cursor.next()) {
    if (cursor.field === 2) head.spanId = cursor.hex();
    else if (cursor.field === 6) head.kind = SPAN_KINDS[cursor.count()] ?? 'unspecified';
    else if (cursor.field === 7) head.startNs = cursor.fixed64();
    else cursor.skip();
  }
  return head;
}

function readSpan(cursor: ProtobufCursor, { resource, service }: Origin, scope: Scope): DecodedSpan {
  const attributes: Attribute[] = [];
  const events: DecodedEvent[] = [];
  const links: SpanLink[] = [];
  const span: DecodedSpan = {
    traceId: '',
    spanId: '',
    parentSpanId: '',
    traceState: '',
    flags: 0,
    name: EMPTY_SPAN_NAME,
    kind: 'unspecified',
    startNs: 0n,
    endNs: 0n,
    attributes,
    droppedAttributesCount: 0,
    events,
    droppedEventsCount: 0,
    links,
    droppedLinksCount: 0,
    status: UNSET,
    service,
    resource,
    scope,
  };
  while (cursor.next()) {
    switch (cursor.field) {
      case 9:
        attributes.push(readAttribute(cursor));
        break;
      case 11:
        events.push(readEvent(cursor));
        break;
      case 13:
        links.push(readLink(cursor));
        break;
      default:
        readSpanField(cursor, span);
    }
  }
  return span;
}

const UNSET: Span['status'] = { code: 'unset', message: '' };
const NO_PARENT = '0000000000000000';

function readSpanField(cursor: ProtobufCursor, span: DecodedSpan): void {
  switch (cursor.field) {
    case 1:
      span.traceId = cursor.hex();
      return;
    case 2:
      span.spanId = cursor.hex();
      return;
    case 3:
      span.traceState = cursor.text();
      return;
    case 4: {
      const parent = cursor.hex();
      span.parentSpanId = parent === NO_PARENT ? '' : parent;
      return;
    }
    case 5: {
      const name = cursor.text();
      span.name = name === '' ? EMPTY_SPAN_NAME : name;
      return;
    }
    case 6:
      span.kind = SPAN_KINDS[cursor.count()] ?? 'unspecified';
      return;
    case 7:
      span.startNs = cursor.fixed64();
      return;
    case 8:
      span.endNs = cursor.fixed64();
      return;
    default:
      readRareSpanField(cursor, span);
  }
}

function readRareSpanField(cursor: ProtobufCursor, span: DecodedSpan): void {
  switch (cursor.field) {
    case 10:
      span.droppedAttributesCount = cursor.count();
      return;
    case 12:
      span.droppedEventsCount = cursor.count();
      return;
    case 14:
      span.droppedLinksCount = cursor.count();
      return;
    case 15:
      span.status = readStatus(cursor);
      return;
    case 16:
      span.flags = cursor.fixed32();
      return;
    default:
      cursor.skip();
  }
}

function readStatus(cursor: ProtobufCursor): Span['status'] {
  const outer = cursor.enter();
  const status: Mutable<Span['status']> = { code: 'unset', message: '' };
  while (cursor.next()) {
    if (cursor.field === 2) status.message = cursor.text();
    else if (cursor.field === 3) status.code = STATUS_CODES[cursor.count()] ?? 'unset';
    else cursor.skip();
  }
  cursor.leave(outer);
  return status;
}

function readEvent(cursor: ProtobufCursor): DecodedEvent {
  const outer = cursor.enter();
  const attributes: Attribute[] = [];
  const event: Mutable<DecodedEvent> = { timeNs: 0n, name: '', attributes, droppedAttributesCount: 0 };
  while (cursor.next()) {
    if (cursor.field === 1) event.timeNs = cursor.fixed64();
    else if (cursor.field === 2) event.name = cursor.text();
    else if (cursor.field === 3) attributes.push(readAttribute(cursor));
    else if (cursor.field === 4) event.droppedAttributesCount = cursor.count();
    else cursor.skip();
  }
  cursor.leave(outer);
  return event;
}

function readLink(cursor: ProtobufCursor): SpanLink {
  const outer = cursor.enter();
  const attributes: Attribute[] = [];
  const link: Mutable<SpanLink> = {
    traceId: '',
    spanId: '',
    traceState: '',
    flags: 0,
    attributes,
    droppedAttributesCount: 0,
  };
  while (cursor.next()) {
    if (cursor.field === 1) link.traceId = cursor.hex();
    else if (cursor.field === 2) link.spanId = cursor.hex();
    else if (cursor.field === 3) link.traceState = cursor.text();
    else if (cursor.field === 4) attributes.push(readAttribute(cursor));
    else if (cursor.field === 5) link.droppedAttributesCount = cursor.count();
    else if (cursor.field === 6) link.flags = cursor.fixed32();
    else cursor.skip();
  }
  cursor.leave(outer);
  return link;
}

/** Decodes a Resource message. */
export function readResource(cursor: ProtobufCursor): Resource {
  const attributes: Attribute[] = [];
  const resource: Mutable<Resource> = { attributes, droppedAttributesCount: 0 };
  while (cursor.next()) {
    if (cursor.field === 1) attributes.push(readAttribute(cursor));
    else if (cursor.field === 2) resource.droppedAttributesCount = cursor.count();
    else cursor.skip();
  }
  return resource;
}

/** Decodes an InstrumentationScope message. */
export function readScope(cursor: ProtobufCursor): Scope {
  const attributes: Attribute[] = [];
  const scope: Mutable<Scope> = { name: '', version: '', attributes, droppedAttributesCount: 0 };
  while (cursor.next()) {
    if (cursor.field === 1) scope.name = cursor.text();
    else if (cursor.field === 2) scope.version = cursor.text();
    else if (cursor.field === 3) attributes.push(readAttribute(cursor));
    else if (cursor.field === 4) scope.droppedAttributesCount = cursor.count();
    else cursor.skip();
  }
  return scope;
}

function readAttribute(cursor: ProtobufCursor): Attribute {
  const outer = cursor.enter();
  let key = '';
  let value: AttributeValue = EMPTY;
  while (cursor.next()) {
    if (cursor.field === 1) key = cursor.text();
    else if (cursor.field === 2) value = readValue(cursor);
    else cursor.skip();
  }
  cursor.leave(outer);
  return { key, value };
}

const EMPTY: AttributeValue = { type: 'empty' };

// Recursion is bounded: the check refused anything deeper than its limit.
/** Decodes an AnyValue at the cursor. */
export function readValue(cursor: ProtobufCursor): AttributeValue {
  const outer = cursor.enter();
  let value = EMPTY;
  while (cursor.next()) value = readValueField(cursor, value);
  cursor.leave(outer);
  return value;
}

function readValueField(cursor: ProtobufCursor, before: AttributeValue): AttributeValue {
  switch (cursor.field) {
    case 1:
      return cursor.textValue();
    case 2:
      return { type: 'bool', value: cursor.bool() };
    case 3:
      return { type: 'int', value: exactInt(cursor.int64()) };
    case 4:
      return { type: 'double', value: cursor.double() };
    case 5:
      return { type: 'array', value: readList(cursor, readValue) };
    case 6:
      return { type: 'map', value: readList(cursor, readAttribute) };
    case 7:
      return { type: 'bytes', value: cursor.copy() };
    default:
      cursor.skip();
      return before;
  }
}

function readList<Item>(cursor: ProtobufCursor, read: (cursor: ProtobufCursor) => Item): Item[] {
  const outer = cursor.enter();
  const items: Item[] = [];
  while (cursor.next()) {
    if (cursor.field === 1) items.push(read(cursor));
    else cursor.skip();
  }
  cursor.leave(outer);
  return items;
}
