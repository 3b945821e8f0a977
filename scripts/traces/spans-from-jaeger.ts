import type { JaegerProcess, JaegerSpan, JaegerTag, JaegerTrace } from '@tracelab/contracts/trace-query';
import {
  type Attribute,
  type AttributeValue,
  bytesOfBase64,
  exactInt,
  type Resource,
  type Scope,
  type Span,
  SPAN_KINDS,
  type SpanKind,
} from '@tracelab/trace-model';

const SCOPE: Scope = { name: '', version: '', attributes: [], droppedAttributesCount: 0 };

/** The spans of a trace as Jaeger's v1 API tells it. Times are as precise as that API: microseconds. */
export function spansFromJaeger({ traceID, spans, processes }: JaegerTrace): Span[] {
  const traceId = traceID.padStart(32, '0');
  const resources = new Map(Object.entries(processes).map(([id, process]) => [id, resourceOf(process)]));
  return spans.map(span => {
    const process = processes[span.processID];
    const resource = resources.get(span.processID) ?? resourceOf({ serviceName: '', tags: [] });
    return spanOf(span, { traceId, service: process?.serviceName ?? '', resource });
  });
}

function spanOf(told: JaegerSpan, place: Pick<Span, 'traceId' | 'service' | 'resource'>): Span {
  const text = (key: string) => String(told.tags.find(tag => tag.key === key)?.value ?? '');
  const startNs = BigInt(told.startTime) * 1_000n;
  return {
    ...place,
    spanId: told.spanID,
    parentSpanId: parentOf(told),
    traceState: text('w3c.tracestate'),
    flags: told.flags ?? 0,
    name: told.operationName,
    kind: kindOf(text('span.kind')),
    startNs,
    endNs: startNs + BigInt(told.duration) * 1_000n,
    attributes: told.tags.map(attributeOf),
    droppedAttributesCount: 0,
    events: told.logs.map(({ timestamp, fields }) => ({
      timeNs: BigInt(timestamp) * 1_000n,
      name: String(fields.find(({ key }) => key === 'event')?.value ?? ''),
      attributes: fields.filter(({ key }) => key !== 'event').map(attributeOf),
      droppedAttributesCount: 0,
    })),
    droppedEventsCount: 0,
    links: [],
    droppedLinksCount: 0,
    status: { code: text('error') === 'true' ? 'error' : 'unset', message: text('otel.status_description') },
    scope: SCOPE,
  };
}

// Any other reference is a link, which is nobody's parent.
const parentOf = ({ references, traceID }: JaegerSpan): string =>
  references.find(each => each.refType === 'CHILD_OF' && each.traceID === traceID)?.spanID ?? '';

const kindOf = (text: string): SpanKind => SPAN_KINDS.find(kind => kind === text) ?? 'unspecified';

const resourceOf = ({ serviceName, tags }: JaegerProcess): Resource => ({
  attributes: [{ key: 'service.name', value: { type: 'string', value: serviceName } }, ...tags.map(attributeOf)],
  droppedAttributesCount: 0,
});

const attributeOf = ({ key, type, value }: JaegerTag): Attribute => ({ key, value: valueOf(type, value) });

function valueOf(type: JaegerTag['type'], value: JaegerTag['value']): AttributeValue {
  switch (type) {
    case 'bool':
      return { type, value: value === true };
    case 'int64':
      return { type: 'int', value: exactInt(/^-?\d+$/.test(String(value)) ? BigInt(String(value)) : 0n) };
    case 'float64':
      return { type: 'double', value: Number(value) };
    case 'binary':
      return { type: 'bytes', value: bytesOfBase64(String(value)) };
    case 'string':
      return { type, value: String(value) };
  }
}
