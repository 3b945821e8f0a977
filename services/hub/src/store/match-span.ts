import { type Attribute, type Span, textOf } from '@tracelab/trace-model';

import type { AttributeLevel, Comparison, Condition, FieldName, Operand } from './trace-query.ts';

export type SpanPredicate = (span: Span) => boolean;

/** Compiles a condition once, so that trying it on many spans parses no number and no pattern again. */
export function spanPredicate(condition: Condition): SpanPredicate {
  switch (condition.op) {
    case 'and': {
      const parts = condition.of.map(spanPredicate);
      return span => parts.every(part => part(span));
    }
    case 'or': {
      const parts = condition.of.map(spanPredicate);
      return span => parts.some(part => part(span));
    }
    case 'not': {
      const part = spanPredicate(condition.of);
      return span => !part(span);
    }
    case 'compare':
      return comparisonPredicate(condition);
    case 'exists': {
      const { operand } = condition;
      return span => textsOf(span, operand).length > 0;
    }
    case 'regex': {
      const { operand } = condition;
      const pattern = new RegExp(condition.pattern, 'u');
      return span => textsOf(span, operand).some(text => pattern.test(text.slice(0, MAX_REGEX_TEXT)));
    }
    case 'text':
      return textPredicate(condition.text.toLowerCase());
  }
}

// JavaScript's engine backtracks, so what it is tried on stays short.
const MAX_REGEX_TEXT = 1024;

function comparisonPredicate({ operand, comparison, value }: Condition & { op: 'compare' }): SpanPredicate {
  if (comparison === 'eq') return span => textsOf(span, operand).includes(value);
  if (comparison === 'ne') {
    return span => {
      const texts = textsOf(span, operand);
      return texts.length > 0 && !texts.includes(value);
    };
  }
  const number = numberOf(value);
  if (number === undefined) return () => false;
  const holds = ORDERS[comparison];
  // Times are beyond 2^53 nanoseconds; as integers they compare exactly.
  const integer = INTEGER.test(value) ? BigInt(value) : undefined;
  if ('field' in operand && (operand.field === 'duration' || operand.field === 'start') && integer !== undefined) {
    return span => holds(operand.field === 'start' ? span.startNs : durationNsOf(span), integer);
  }
  return span =>
    textsOf(span, operand).some(text => {
      const own = numberOf(text);
      return own !== undefined && holds(own, number);
    });
}

const INTEGER = /^-?\d+$/;
const NUMBER = /^-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

const ORDERS: Readonly<
  Record<Exclude<Comparison, 'eq' | 'ne'>, (left: number | bigint, right: number | bigint) => boolean>
> = {
  gt: (left, right) => left > right,
  gte: (left, right) => left >= right,
  lt: (left, right) => left < right,
  lte: (left, right) => left <= right,
};

function numberOf(text: string): number | undefined {
  return NUMBER.test(text) ? Number(text) : undefined;
}

function textPredicate(needle: string): SpanPredicate {
  const has = (text: string) => text.toLowerCase().includes(needle);
  const isIn = ({ key, value }: Attribute) => has(key) || has(textOf(value));
  return span =>
    has(span.name) ||
    has(span.service) ||
    has(span.status.message) ||
    span.attributes.some(isIn) ||
    span.events.some(event => has(event.name) || event.attributes.some(isIn)) ||
    span.resource.attributes.some(isIn) ||
    span.scope.attributes.some(isIn) ||
    has(span.scope.name) ||
    span.links.some(link => link.attributes.some(isIn));
}

/** A span that ends before it starts lasted no time. */
export function durationNsOf({ startNs, endNs }: Span): bigint {
  return endNs > startNs ? endNs - startNs : 0n;
}

function textsOf(span: Span, operand: Operand): readonly string[] {
  if ('field' in operand) return FIELDS[operand.field](span);
  const texts: string[] = [];
  for (const list of LEVELS[operand.level](span)) {
    for (const { key, value } of list) if (key === operand.attribute) texts.push(textOf(value));
  }
  return texts;
}

type Lists = (span: Span) => readonly (readonly Attribute[])[];

const LEVELS: Readonly<Record<AttributeLevel, Lists>> = {
  span: span => [span.attributes],
  resource: span => [span.resource.attributes],
  scope: span => [span.scope.attributes],
  event: span => span.events.map(event => event.attributes),
  link: span => span.links.map(link => link.attributes),
  any: span => [
    span.attributes,
    span.scope.attributes,
    span.resource.attributes,
    ...span.events.map(event => event.attributes),
    ...span.links.map(link => link.attributes),
  ],
};

const filled = (text: string) => (text === '' ? [] : [text]);

const FIELDS: Readonly<Record<FieldName, (span: Span) => readonly string[]>> = {
  service: span => [span.service],
  operation: span => [span.name],
  kind: span => [span.kind],
  status: span => [span.status.code],
  'status.message': span => filled(span.status.message),
  duration: span => [durationNsOf(span).toString()],
  start: span => [span.startNs.toString()],
  traceId: span => [span.traceId],
  spanId: span => [span.spanId],
  parentSpanId: span => filled(span.parentSpanId),
  traceState: span => filled(span.traceState),
  'scope.name': span => filled(span.scope.name),
  'scope.version': span => filled(span.scope.version),
  'event.name': span => span.events.map(event => event.name),
};
