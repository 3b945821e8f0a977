import { type Attribute, type Resource, type Span } from '@tracelab/trace-model';

import { type SpanHead } from '../otlp/decode-span.ts';

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

  adjust(span: Span): Span {
    const moved = span.attributes.some(isAboutSdk) ? span.attributes.filter(isAboutSdk) : NONE;
    return {
      ...span,
      spanId: this.idOf(span),
      parentSpanId: this.#parentIdOf(span),
      attributes: sorted(moved.length === 0 ? span.attributes : span.attributes.filter(own => !isAboutSdk(own))),
      resource: resourceWith(span.resource, moved, this.#resources),
      events:
        span.events.length === 0
          ? span.events
          : span.events.map(event => ({ ...event, attributes: sorted(event.attributes) })),
      links: span.links.filter(link => link.traceId !== '' && link.traceId !== NO_TRACE),
    };
  }

  // Zipkin's client and server record one span together; as two spans, what the server did lies below the server's.
  #parentIdOf(span: Span): string {
    const isSeparated = span.kind === 'server' && this.#newIds.has(span.spanId);
    return isSeparated ? span.spanId : (this.#newIds.get(span.parentSpanId) ?? span.parentSpanId);
  }
}

const NONE: readonly Attribute[] = [];
const NO_TRACE = '0'.repeat(32);
const isAboutSdk = ({ key }: Attribute) => key.startsWith('telemetry.sdk.') || key.startsWith('telemetry.distro.');

function sorted(attributes: readonly Attribute[]): readonly Attribute[] {
  const isInOrder = attributes.every(({ key }, index) => index === 0 || (attributes[index - 1]?.key ?? '') <= key);
  if (isInOrder && !attributes.some(isAddress)) return attributes;
  return attributes.map(dotted).sort((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0));
}

const isAddress = ({ key }: Attribute) => key === 'ip' || key === 'peer.ipv4';

function dotted(attribute: Attribute): Attribute {
  const { key, value } = attribute;
  if (!isAddress(attribute) || value.type !== 'int') return attribute;
  const address = Number(value.value) >>> 0;
  const bytes = [24, 16, 8, 0].map(shift => (address >>> shift) & 0xff);
  return { key, value: { type: 'string', value: bytes.join('.') } };
}

// Spans of one process go on sharing their resource, so that it is told once.
function resourceWith(resource: Resource, moved: readonly Attribute[], known: Map<Resource, Resource>): Resource {
  if (moved.length > 0) return { ...resource, attributes: sorted([...resource.attributes, ...moved]) };
  const adjusted = known.get(resource) ?? { ...resource, attributes: sorted(resource.attributes) };
  known.set(resource, adjusted);
  return adjusted;
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
