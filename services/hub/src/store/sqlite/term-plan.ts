import { SPAN_KINDS } from '@tracelab/trace-model';

import type { Condition, Operand } from '../trace-query.ts';
import { serviceTerm } from './dictionaries.ts';
import { attributeTerm, DURATION, durationBucket, ERROR, KIND, MAX_DURATION_BUCKET, numberTerm } from './term.ts';

/** What the index can say before any span is looked at: every match is among the hits, hits need not be matches. */
export type Plan = { readonly kind: 'all' } | { readonly kind: 'none' } | HitsPlan;

export interface HitsPlan {
  readonly kind: 'hits';
  readonly expression: string;
  /** What the expression asks for in single terms, when that is not all of it: cheaper to ask, with more hits. */
  readonly core?: string;
}

/** What a partition knows of the texts in its spans, as terms; undefined when they are too many to ask for. */
export interface Vocabulary {
  operationTerms(accepts: (name: string) => boolean): readonly string[] | undefined;
  originTerms(accepts: (origin: OriginTexts) => boolean): readonly string[] | undefined;
  keySetTerms(key: string): readonly string[] | undefined;
}

export interface OriginTexts {
  readonly service: string;
  readonly scopeName: string;
  readonly scopeVersion: string;
  readonly resource: ReadonlyMap<string, ReadonlySet<string>>;
  readonly scope: ReadonlyMap<string, ReadonlySet<string>>;
}

const ALL: Plan = { kind: 'all' };
const NONE: Plan = { kind: 'none' };

export function planOf(condition: Condition, vocabulary: Vocabulary): Plan {
  switch (condition.op) {
    case 'and':
      return allOf(condition.of.map(part => planOf(part, vocabulary)));
    case 'or':
      return anyOf(condition.of.map(part => planOf(part, vocabulary)));
    case 'not':
    case 'text':
      return ALL;
    case 'compare':
      return condition.comparison === 'eq'
        ? planEqual(condition.operand, condition.value, vocabulary)
        : planOrder(condition, vocabulary);
    case 'exists':
      return planExists(condition.operand, vocabulary);
    case 'regex':
      return planRegex(condition.operand, condition.pattern, vocabulary);
  }
}

function hits(terms: readonly string[] | undefined): Plan {
  if (terms === undefined) return ALL;
  return terms.length === 0
    ? NONE
    : { kind: 'hits', expression: terms.length === 1 ? (terms[0] ?? '') : `(${terms.join(' OR ')})` };
}

function allOf(plans: readonly Plan[]): Plan {
  if (plans.some(plan => plan.kind === 'none')) return NONE;
  const expressions = plans.flatMap(plan => (plan.kind === 'hits' ? [plan.expression] : []));
  if (expressions.length === 0) return ALL;
  const single = expressions.filter(expression => !expression.includes(' OR '));
  const hasCore = single.length > 0 && single.length < expressions.length;
  return { kind: 'hits', expression: expressions.join(' AND '), ...(hasCore && { core: single.join(' AND ') }) };
}

function anyOf(plans: readonly Plan[]): Plan {
  if (plans.some(plan => plan.kind === 'all')) return ALL;
  const expressions = plans.flatMap(plan => (plan.kind === 'hits' ? [`(${plan.expression})`] : []));
  return expressions.length === 0 ? NONE : { kind: 'hits', expression: `(${expressions.join(' OR ')})` };
}

function planEqual(operand: Operand, value: string, vocabulary: Vocabulary): Plan {
  if ('field' in operand) return planField(operand.field, value, vocabulary);
  const { attribute: key, level } = operand;
  const inOrigins = hits(
    vocabulary.originTerms(
      ({ resource, scope }) =>
        (level !== 'scope' && resource.get(key)?.has(value) === true) ||
        (level !== 'resource' && scope.get(key)?.has(value) === true),
    ),
  );
  if (level === 'resource' || level === 'scope') return inOrigins;
  const inSpans = hits([attributeTerm(key, value)]);
  return level === 'any' ? anyOf([inSpans, inOrigins]) : inSpans;
}

function planField(name: (Operand & { field: string })['field'], value: string, vocabulary: Vocabulary): Plan {
  switch (name) {
    case 'service':
      return hits([serviceTerm(value)]);
    case 'operation':
      return hits(vocabulary.operationTerms(own => own === value));
    case 'kind': {
      const kind = (SPAN_KINDS as readonly string[]).indexOf(value);
      return kind < 0 ? NONE : hits([numberTerm(KIND, kind)]);
    }
    case 'status':
      return value === 'error' ? hits([ERROR]) : ALL;
    case 'scope.name':
      return hits(vocabulary.originTerms(({ scopeName }) => scopeName === value));
    case 'scope.version':
      return hits(vocabulary.originTerms(({ scopeVersion }) => scopeVersion === value));
    case 'duration':
      return /^\d+$/.test(value) ? hits([numberTerm(DURATION, durationBucket(Number(value)))]) : ALL;
    default:
      return ALL;
  }
}

function planOrder({ operand, comparison, value }: Condition & { op: 'compare' }, vocabulary: Vocabulary): Plan {
  if (!('field' in operand)) return planExists(operand, vocabulary);
  if (operand.field !== 'duration' || comparison === 'ne' || !/^\d+$/.test(value)) return ALL;
  const edge = durationBucket(Number(value));
  const isAtLeast = comparison === 'gt' || comparison === 'gte';
  const [from, to] = isAtLeast ? [edge, MAX_DURATION_BUCKET] : [0, edge];
  return hits(Array.from({ length: to - from + 1 }, (_, index) => numberTerm(DURATION, from + index)));
}

function planExists(operand: Operand, vocabulary: Vocabulary): Plan {
  if ('field' in operand) return ALL;
  const { attribute: key, level } = operand;
  const inOrigins = hits(
    vocabulary.originTerms(
      ({ resource, scope }) => (level !== 'scope' && resource.has(key)) || (level !== 'resource' && scope.has(key)),
    ),
  );
  if (level === 'resource' || level === 'scope') return inOrigins;
  const inSpans = hits(vocabulary.keySetTerms(key));
  return level === 'any' ? anyOf([inSpans, inOrigins]) : inSpans;
}

function planRegex(operand: Operand, pattern: string, vocabulary: Vocabulary): Plan {
  if (!('field' in operand)) return planExists(operand, vocabulary);
  const regex = new RegExp(pattern, 'u');
  if (operand.field === 'operation') return hits(vocabulary.operationTerms(name => regex.test(name)));
  if (operand.field === 'service') return hits(vocabulary.originTerms(({ service }) => regex.test(service)));
  return ALL;
}
