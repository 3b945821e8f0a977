import { z } from 'zod';

import { allOf, type Condition, equal, field, type TraceQuery } from '../store/trace-query.ts';
import { BadParameter } from './bad-parameter.ts';
import { tagCondition } from './legacy-tag.ts';
import { type QueryParameters, unreadable } from './query-parameters.ts';

export const SEARCH_BUDGET_MS = 2000;
const DEFAULT_LOOKBACK_US = 48n * 3_600_000_000n;
const DEFAULT_LIMIT = 100;
/** What Jaeger's own screens ask for at most. */
export const MAX_LIMIT = 1500;

/** `GET /api/traces`: times in microseconds, durations in Go's spelling, newest first. */
export function v1Search(parameters: QueryParameters, nowMs: number): TraceQuery {
  const endUs = parameters.integer('end') ?? BigInt(nowMs) * 1000n;
  const startUs = parameters.integer('start') ?? BigInt(nowMs) * 1000n - DEFAULT_LOOKBACK_US;
  const service = parameters.required('service');
  const where = allOf([equal(field('service'), service), ...sharedConditions(parameters)]);
  return {
    ...(where !== undefined && { where }),
    startMinNs: startUs * 1000n,
    // The last nanosecond of the last microsecond.
    startMaxNs: endUs * 1000n + 999n,
    sort: 'start',
    order: 'desc',
    limit: parameters.limit(['limit'], DEFAULT_LIMIT, MAX_LIMIT),
    budgetMs: SEARCH_BUDGET_MS,
  };
}

/** The conditions that v1's search and the hub's have in common: operation, durations, tags. */
export function sharedConditions(parameters: QueryParameters): Condition[] {
  const operation = parameters.text('operation');
  return [
    ...(operation === undefined ? [] : [equal(field('operation'), operation)]),
    ...durationConditions(parameters.durationNs('minDuration'), parameters.durationNs('maxDuration')),
    ...parameters.all('tag').map(tagOf),
    ...parameters.all('tags').flatMap(tagsOf),
  ];
}

export function durationConditions(leastNs: bigint | undefined, mostNs: bigint | undefined): Condition[] {
  if (leastNs !== undefined && mostNs !== undefined && mostNs < leastNs) {
    throw new BadParameter("'maxDuration' should be greater than 'minDuration'");
  }
  const compare = (comparison: 'gte' | 'lte', value: bigint | undefined): Condition[] =>
    value === undefined ? [] : [{ op: 'compare', comparison, operand: field('duration'), value: value.toString() }];
  return [...compare('gte', leastNs), ...compare('lte', mostNs)];
}

function tagOf(text: string): Condition {
  const colon = text.indexOf(':');
  if (colon < 0) throw new BadParameter(`malformed 'tag' parameter, expecting key:value, received: ${text}`);
  return tagCondition(text.slice(0, colon), text.slice(colon + 1));
}

const Tags = z.record(z.string(), z.string());

function tagsOf(text: string): Condition[] {
  return Object.entries(textMap(text, 'tags')).map(([key, value]) => tagCondition(key, value));
}

/** A JSON object of texts, as `tags` and v3's `attributes` give it. */
export function textMap(text: string, name: string): Record<string, string> {
  try {
    return Tags.parse(JSON.parse(text));
  } catch {
    throw unreadable(name, 'expected a JSON object whose values are strings');
  }
}
