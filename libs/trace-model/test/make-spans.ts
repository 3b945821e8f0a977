import type { Attribute, Resource, Scope, Span } from '@tracelab/trace-model';

const BASE_NS = 1_700_000_000_000_000_123n;
const SCOPE: Scope = { name: 'test', version: '1', attributes: [], droppedAttributesCount: 0 };

/** What a test says of a span; times are nanoseconds since the test's zero. */
export interface SpanSketch extends Partial<Omit<Span, 'startNs' | 'endNs'>> {
  readonly id: string;
  readonly parent?: string;
  readonly at: readonly [startNs: number, endNs: number];
}

export const text = (key: string, value: string): Attribute => ({ key, value: { type: 'string', value } });

/** Spans of one trace, all of service `shop` unless they say otherwise; ids are short words instead of hex. */
export function makeSpans(...sketches: readonly SpanSketch[]): Span[] {
  const resources = new Map<string, Resource>();
  return sketches.map(({ id, parent = '', at: [start, end], service = 'shop', ...rest }) => {
    const attributes = [text('service.name', service)];
    const resource = resources.get(service) ?? { attributes, droppedAttributesCount: 0 };
    resources.set(service, resource);
    return {
      ...DEFAULTS,
      spanId: id,
      parentSpanId: parent,
      name: id,
      startNs: BASE_NS + BigInt(start),
      endNs: BASE_NS + BigInt(end),
      service,
      resource,
      ...rest,
    };
  });
}

const DEFAULTS = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  traceState: '',
  flags: 0,
  kind: 'internal',
  attributes: [],
  droppedAttributesCount: 0,
  events: [],
  droppedEventsCount: 0,
  links: [],
  droppedLinksCount: 0,
  status: { code: 'unset', message: '' },
  scope: SCOPE,
} as const;
