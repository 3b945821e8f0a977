import {
  type Attribute,
  otlpFromSpans,
  type Resource,
  type Scope,
  type Span,
  SPAN_KINDS,
  STATUS_CODES,
} from '@tracelab/trace-model';

import { checkTraces } from '../src/otlp/check-traces.ts';
import { protobufFromJson } from '../src/otlp/json-to-protobuf.ts';
import type { TraceBatch } from '../src/otlp/trace-batch.ts';

/** Encodes spans as a sender would and checks them as the receiver does. */
export function batchOf(spans: readonly Span[]): TraceBatch {
  const { batch } = checkTraces(protobufFromJson(Buffer.from(JSON.stringify(otlpFromSpans(spans)))));
  return { bytes: Uint8Array.from(batch.bytes), table: batch.table };
}

/** A repeatable source of numbers in [0, 1). */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const BASE_NS = 1_763_680_000_123_456_789n;

const text = (key: string, value: string): Attribute => ({ key, value: { type: 'string', value } });

export const SERVICES = ['gateway', 'user', 'order', 'payment'] as const;
export const OPERATIONS = ['GET /users/:id', 'POST /orders', 'query', 'charge', 'publish'] as const;

/** Makes traces that have a little of everything a query can ask for. */
export class TraceMaker {
  readonly #random: () => number;
  readonly #resources: readonly Resource[];
  readonly #scopes: readonly Scope[];

  constructor(seed: number) {
    this.#random = randomOf(seed);
    this.#resources = SERVICES.map((name, index) => ({
      attributes: [text('service.name', name), text('host.name', `host-${index % 2}`)],
      droppedAttributesCount: 0,
    }));
    this.#scopes = [
      { name: 'http', version: '1.0.0', attributes: [], droppedAttributesCount: 0 },
      { name: 'sql', version: '', attributes: [text('scope.key', 'yes')], droppedAttributesCount: 0 },
    ];
  }

  trace(maxSpans = 8): Span[] {
    const traceId = this.hex(32);
    const startNs = BASE_NS + BigInt(this.#below(3_600_000)) * 1_000_000n;
    const ids: string[] = [];
    return Array.from({ length: 1 + this.#below(maxSpans) }, () => {
      const parentSpanId = ids.length === 0 ? '' : this.#below(12) === 0 ? this.hex(16) : this.pick(ids);
      const span = this.span(traceId, parentSpanId, startNs);
      ids.push(span.spanId);
      return span;
    });
  }

  span(traceId: string, parentSpanId: string, traceStartNs: bigint): Span {
    const startNs = traceStartNs + BigInt(this.#below(5_000_000));
    const isError = this.#below(6) === 0;
    return {
      traceId,
      spanId: this.hex(16),
      parentSpanId,
      traceState: this.#below(9) === 0 ? 'vendor=1' : '',
      flags: this.#below(2),
      name: this.pick(OPERATIONS),
      kind: this.pick(SPAN_KINDS),
      startNs,
      endNs: startNs + BigInt(Math.floor(2 ** (this.#random() * 34))),
      attributes: this.#attributes(),
      droppedAttributesCount: 0,
      events: this.#below(4) === 0 ? [this.#event(startNs)] : [],
      droppedEventsCount: 0,
      links: this.#below(8) === 0 ? [this.#link()] : [],
      droppedLinksCount: this.#below(30) === 0 ? 1 : 0,
      status: { code: isError ? 'error' : this.pick(STATUS_CODES.slice(0, 2)), message: isError ? 'declined' : '' },
      ...this.#origin(),
    };
  }

  hex(digits: number): string {
    return Array.from({ length: digits }, () => Math.floor(this.#random() * 15.99 + 0.01).toString(16)).join('');
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.#below(items.length)] as Item;
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  #origin(): Pick<Span, 'service' | 'resource' | 'scope'> {
    const index = this.#below(SERVICES.length);
    return {
      service: SERVICES[index] ?? '',
      resource: this.#resources[index] as Resource,
      scope: this.pick(this.#scopes),
    };
  }

  #attributes(): Attribute[] {
    const status = this.pick([200, 404, 500]);
    return [
      { key: 'http.status_code', value: { type: 'int', value: status } },
      ...(this.#below(2) === 0 ? [text('user_id', String(this.#below(5)))] : []),
      ...(this.#below(3) === 0
        ? [{ key: 'ratio', value: { type: 'double', value: this.pick([72.5, 7, 0.25]) } } as const]
        : []),
      ...(this.#below(3) === 0
        ? [{ key: 'cached', value: { type: 'bool', value: this.#below(2) === 0 } } as const]
        : []),
      ...(this.#below(5) === 0 ? [text('db.system.name', 'postgresql')] : []),
      ...(this.#below(5) === 0 ? [text('messaging.destination.name', 'mails')] : []),
    ];
  }

  #event(timeNs: bigint): Span['events'][number] {
    return {
      timeNs,
      name: 'cache.miss',
      attributes: [text('cache.key', `u${this.#below(3)}`)],
      droppedAttributesCount: 0,
    };
  }

  #link(): Span['links'][number] {
    const attributes = [text('link.why', 'retry')];
    return {
      traceId: this.hex(32),
      spanId: this.hex(16),
      traceState: '',
      flags: 0,
      attributes,
      droppedAttributesCount: 0,
    };
  }
}
