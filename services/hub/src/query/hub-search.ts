import { allOf, type Condition, equal, field, SORTS, type Sort, type TraceQuery } from '../store/trace-query.ts';
import type { Cursor } from '../store/trace-store.ts';
import { BadParameter } from './bad-parameter.ts';
import { parseFilter } from './filter-expression.ts';
import { type QueryParameters, unreadable } from './query-parameters.ts';
import { MAX_LIMIT, SEARCH_BUDGET_MS, sharedConditions } from './v1-search.ts';

const DEFAULT_LIMIT = 50;

/** What `/api/hub/search` and `/api/hub/live` filter by; undefined asks for everything. */
export function hubCondition(parameters: QueryParameters): Condition | undefined {
  const service = parameters.text('service');
  const text = parameters.text('text');
  const filter = parameters.text('filter');
  return allOf([
    ...(service === undefined ? [] : [equal(field('service'), service)]),
    ...sharedConditions(parameters),
    ...(parameters.flag('errors') ? [equal(field('status'), 'error')] : []),
    ...(text === undefined ? [] : [{ op: 'text', text } as const]),
    ...(filter === undefined ? [] : [parseFilter(filter)]),
  ]);
}

/** `GET /api/hub/search`: times in milliseconds, any sort, pages by `after`. */
export function hubSearch(parameters: QueryParameters): TraceQuery {
  const where = hubCondition(parameters);
  const startMs = parameters.integer('startMs');
  const endMs = parameters.integer('endMs');
  const after = parameters.text('after');
  return {
    ...(where !== undefined && { where }),
    ...(startMs !== undefined && { startMinNs: startMs * 1_000_000n }),
    ...(endMs !== undefined && { startMaxNs: endMs * 1_000_000n + 999_999n }),
    ...(after !== undefined && { after: parseCursor(after) }),
    sort: sortOf(parameters.text('sort') ?? 'start'),
    order: orderOf(parameters.text('order') ?? 'desc'),
    limit: parameters.limit(['limit'], DEFAULT_LIMIT, MAX_LIMIT),
    budgetMs: SEARCH_BUDGET_MS,
  };
}

/** A page's end as the text that asks for the next. */
export const cursorText = ({ value, traceId }: Cursor): string => `${value}.${traceId}`;

function parseCursor(text: string): Cursor {
  const parts = /^(\d{1,20})\.([0-9a-f]{32})$/.exec(text);
  if (parts === null) throw unreadable('after', 'expected the next of an earlier page');
  return { value: BigInt(parts[1] ?? 0), traceId: parts[2] ?? '' };
}

function sortOf(text: string): Sort {
  const sort = SORTS.find(own => own === text);
  if (sort === undefined) throw new BadParameter(`unable to parse param 'sort': expected one of ${SORTS.join(', ')}`);
  return sort;
}

function orderOf(text: string): 'asc' | 'desc' {
  if (text !== 'asc' && text !== 'desc') throw unreadable('order', 'expected asc or desc');
  return text;
}
