import { allOf, type Condition, equal, field, type TraceQuery } from '../store/trace-query.ts';
import { BadParameter } from './bad-parameter.ts';
import { parseFilter } from './filter-expression.ts';
import { parseGoDuration } from './go-duration.ts';
import { tagCondition } from './legacy-tag.ts';
import { type QueryParameters } from './query-parameters.ts';
import { durationConditions, MAX_LIMIT, SEARCH_BUDGET_MS } from './v1-search.ts';

const DEFAULT_DEPTH = 100;

/** The `query.*` parameters of v3, each also under its deprecated snake_case name. */
export function v3Search(parameters: QueryParameters): TraceQuery {
  const startMinNs = timeOf(parameters, ['query.startTimeMin', 'query.start_time_min']);
  const startMaxNs = timeOf(parameters, ['query.startTimeMax', 'query.start_time_max']);
  if (startMinNs === undefined || startMaxNs === undefined) {
    throw new BadParameter('malformed parameter query.startTimeMin: start time min and max are required parameters');
  }
  if (startMinNs >= startMaxNs) {
    throw new BadParameter('malformed parameter query.startTimeMin: start time min must be before max');
  }
  const where = conditionOf(parameters);
  const limit = depthOf(parameters);
  return {
    ...(where !== undefined && { where }),
    startMinNs,
    startMaxNs,
    sort: 'start',
    order: 'desc',
    limit,
    budgetMs: SEARCH_BUDGET_MS,
  };
}

function conditionOf(parameters: QueryParameters): Condition | undefined {
  const service = parameters.text('query.serviceName', 'query.service_name');
  const operation = parameters.text('query.operationName', 'query.operation_name');
  const attributes = parameters.text('query.attributes');
  const legacy = [
    ...(service === undefined ? [] : [equal(field('service'), service)]),
    ...(operation === undefined ? [] : [equal(field('operation'), operation)]),
    ...(attributes === undefined ? [] : attributeConditions(attributes)),
    ...durationConditions(
      durationOf(parameters, ['query.durationMin', 'query.duration_min']),
      durationOf(parameters, ['query.durationMax', 'query.duration_max']),
    ),
  ];
  const filter = parameters.text('query.filter');
  if (filter === undefined) return allOf(legacy);
  if (legacy.length > 0) {
    throw new BadParameter('malformed parameter query.filter: it excludes the other conditions of a query');
  }
  return parseFilter(filter);
}

function attributeConditions(text: string): Condition[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  const isObject = typeof json === 'object' && json !== null && !Array.isArray(json);
  const entries = isObject ? Object.entries(json as object) : [];
  if (!isObject || entries.some(([, value]) => typeof value !== 'string')) {
    throw new BadParameter('malformed parameter query.attributes: expected a JSON object whose values are strings');
  }
  return entries.map(([key, value]) => tagCondition(key, String(value)));
}

function depthOf(parameters: QueryParameters): number {
  const name = ['query.searchDepth', 'query.search_depth', 'query.num_traces'].find(own => parameters.text(own));
  const text = name === undefined ? String(DEFAULT_DEPTH) : (parameters.text(name) ?? '');
  if (!/^\d{1,9}$/.test(text) || Number(text) < 1) {
    throw new BadParameter(`malformed parameter ${name ?? ''}: must be an integer greater than 0`);
  }
  return Math.min(MAX_LIMIT, Number(text));
}

function durationOf(parameters: QueryParameters, names: readonly string[]): bigint | undefined {
  const text = parameters.text(...names);
  if (text === undefined) return undefined;
  try {
    return parseGoDuration(text);
  } catch (error) {
    throw new BadParameter(`malformed parameter ${names[0] ?? ''}: ${(error as Error).message}`);
  }
}

/** RFC 3339 with up to nine digits of a second, read exactly. */
export function timeOf(parameters: QueryParameters, names: readonly string[]): bigint | undefined {
  const text = parameters.text(...names);
  if (text === undefined) return undefined;
  const parts = RFC_3339.exec(text);
  const wholeMs = parts === null ? NaN : Date.parse(`${parts[1] ?? ''}${parts[3] ?? ''}`);
  if (parts === null || Number.isNaN(wholeMs)) {
    throw new BadParameter(`malformed parameter ${names[0] ?? ''}: cannot parse ${JSON.stringify(text)} as RFC 3339`);
  }
  return BigInt(wholeMs) * 1_000_000n + BigInt((parts[2] ?? '').padEnd(9, '0'));
}

const RFC_3339 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;
