import { type Attribute, type Resource, type Span, type SpanLink } from '@tracelab/trace-model';

import { type DecodedSpan, type SpanHead } from '../otlp/decode-span.ts';

/**
 * What Jaeger's query service changes in a trace unless it is asked for it raw: a server span that shares its client's
 * id gets one of its own, attributes come by key, the SDK's description moves to the resource, numeric IPv4 addresses
 * are spelled with dots, and links to nowhere go.
 */
export class SpanAdjuster {
  readonly #newIds: ReadonlyMap<string, string>;
  readonly #resources = new Map<Resource, Resource>();

  /** Of all spans of the trace. */
  constructor(heads: readonly SpanHead[]) {
    this.#newIds = newIdsOf(heads);
  }

  /** The id that a span will have. */
  idOf({ spanId, kind }: SpanHead): string {
    return (kind === 'server' ? this.#newIds.get(spanId) : undefined) ?? spanId;
  }

  /** Changes the span, which must be nobody else's. */
  adjust(span: DecodedSpan): void {
    const moved = span.attributes.some(isAboutSdk) ? span.attributes.filter(isAboutSdk) : NONE;
    if (moved.length > 0) span.attributes = span.attributes.filter(own => !isAboutSdk(own));
    [span.parentSpanId, span.spanId] = [this.#parentIdOf(span), this.idOf(span)];
    adjustAttributes(span.attributes);
    span.resource = resourceWith(span.resource, moved, this.#resources);
    for (const event of span.events) adjustAttributes(event.attributes);
    if (span.links.some(isToNowhere)) span.links = span.links.filter(link => !isToNowhere(link));
  }

  // Zipkin's client and server record one span together; as two spans, what the server did lies below the server's.
  #parentIdOf(span: Span): string {
    const isSeparated = span.kind === 'server' && this.#newIds.has(span.spanId);
    return isSeparated ? span.spanId : (this.#newIds.get(span.parentSpanId) ?? span.parentSpanId);
  }
}

const NONE: readonly Attribute[] = [];
const NO_TRACE = '0'.repeat(32);
const isToNowhere = ({ traceId }: SpanLink) => traceId === '' || traceId === NO_TRACE;
const isAboutSdk = ({ key }: Attribute) =>
  key.startsWith('telemetry.') && (key.startsWith('telemetry.sdk.') || key.startsWith('telemetry.distro.'));

function adjustAttributes(attributes: Attribute[]): void {
  for (let at = 0; at < attributes.length; at++) {
    const attribute = attributes[at] as Attribute;
    if (isAddress(attribute)) attributes[at] = dotted(attribute);
  }
  sortByKey(attributes);
}

/** Equal keys stay in their order. */
function sortByKey(attributes: Attribute[]): void {
  if (attributes.length > FEW)
    attributes.sort((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0));
  else insertByKey(attributes);
}

/** Up to so many are sorted quicker by insertion, without a call for each comparison. */
const FEW = 32;

function insertByKey(attributes: Attribute[]): void {
  for (let index = 1; index < attributes.length; index++) {
    const attribute = attributes[index] as Attribute;
    let at = index;
    for (; at > 0; at--) {
      const before = attributes[at - 1] as Attribute;
      if (before.key <= attribute.key) break;
      attributes[at] = before;
    }
    attributes[at] = attribute;
  }
}

const isAddress = ({ key }: Attribute) => key === 'ip' || key === 'peer.ipv4';

function dotted(attribute: Attribute): Attribute {
  const { key, value } = attribute;
  if (value.type !== 'int') return attribute;
  const address = Number(value.value) >>> 0;
  const bytes = [24, 16, 8, 0].map(shift => (address >>> shift) & 0xff);
  return { key, value: { type: 'string', value: bytes.join('.') } };
}

// Spans of one process go on sharing their resource, so that it is told once.
function resourceWith(resource: Resource, moved: readonly Attribute[], known: Map<Resource, Resource>): Resource {
  if (moved.length > 0) return adjustedResource(resource, moved);
  let adjusted = known.get(resource);
  if (adjusted === undefined) {
    adjusted = adjustedResource(resource, moved);
    known.set(resource, adjusted);
  }
  return adjusted;
}

function adjustedResource(resource: Resource, moved: readonly Attribute[]): Resource {
  const attributes = [...resource.attributes, ...moved];
  adjustAttributes(attributes);
  return { ...resource, attributes };
}

/** For the ids that a server shares with its client. */
function newIdsOf(heads: readonly SpanHead[]): Map<string, string> {
  const clients = new Set(heads.filter(({ kind }) => kind === 'client').map(({ spanId }) => spanId));
  const shared = new Set(
    heads.filter(({ kind, spanId }) => kind === 'server' && clients.has(spanId)).map(({ spanId }) => spanId),
  );
  if (shared.size === 0) return new Map();
  const taken = new Set(heads.map(({ spanId }) => spanId));
  return new Map([...shared].map(id => [id, freeId(id, taken)]));
}

function freeId(id: string, taken: Set<string>): string {
  let next = BigInt(`0x${id}`);
  let spelled = id;
  while (taken.has(spelled)) {
    next = BigInt.asUintN(64, next + 1n);
    spelled = next.toString(16).padStart(16, '0');
  }
  taken.add(spelled);
  return spelled;
}
