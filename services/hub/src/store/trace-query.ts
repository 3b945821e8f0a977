import type { Cursor } from './trace-store.ts';

export const ATTRIBUTE_LEVELS = ['any', 'span', 'resource', 'scope', 'event', 'link'] as const;
export type AttributeLevel = (typeof ATTRIBUTE_LEVELS)[number];

export const FIELD_NAMES = [
  'service',
  'operation',
  'kind',
  'status',
  'status.message',
  'duration',
  'start',
  'traceId',
  'spanId',
  'parentSpanId',
  'traceState',
  'scope.name',
  'scope.version',
  'event.name',
] as const;
export type FieldName = (typeof FIELD_NAMES)[number];

/** What a condition looks at: attributes of a key, or a property that every span has. */
export type Operand = { readonly attribute: string; readonly level: AttributeLevel } | { readonly field: FieldName };

export const COMPARISONS = ['eq', 'ne', 'gt', 'gte', 'lt', 'lte'] as const;
export type Comparison = (typeof COMPARISONS)[number];

/**
 * What one span must be. An operand may have several values (two events with the same key); a comparison holds when one
 * of them meets it, except `ne`, which holds when there is a value and none equals.
 *
 * `eq` and `ne` compare text (`123` equals the int 123, `72.5` the double); the order comparisons hold between numbers
 * only. Durations and starts are nanoseconds. `text` is found
 * anywhere in the span, in any case.
 */
export type Condition =
  | { readonly op: 'and' | 'or'; readonly of: readonly Condition[] }
  | { readonly op: 'not'; readonly of: Condition }
  | { readonly op: 'compare'; readonly comparison: Comparison; readonly operand: Operand; readonly value: string }
  | { readonly op: 'exists'; readonly operand: Operand }
  | { readonly op: 'regex'; readonly operand: Operand; readonly pattern: string }
  | { readonly op: 'text'; readonly text: string };

export const SORTS = ['start', 'duration', 'spans'] as const;
export type Sort = (typeof SORTS)[number];

export interface TraceQuery {
  /** Absent: every span meets it. */
  readonly where?: Condition;
  /** The matching span's start, both inclusive. */
  readonly startMinNs?: bigint;
  readonly startMaxNs?: bigint;
  /** Only these traces. */
  readonly traceIds?: readonly string[];
  readonly sort: Sort;
  readonly order: 'desc' | 'asc';
  /** At least 1. */
  readonly limit: number;
  /** Tell what comes after this place only. */
  readonly after?: Cursor;
  /** The search stops here and says so. */
  readonly budgetMs: number;
}

export const field = (name: FieldName): Operand => ({ field: name });

export const equal = (operand: Operand, value: string): Condition => ({
  op: 'compare',
  comparison: 'eq',
  operand,
  value,
});

/** All of the conditions; undefined when there are none. */
export function allOf(conditions: readonly Condition[]): Condition | undefined {
  return conditions.length > 1 ? { op: 'and', of: conditions } : conditions[0];
}
