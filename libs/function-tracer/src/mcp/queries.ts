import { eventOf, type LogRow } from '../reader/log-row.ts';
import { callsOf } from '../reader/calls.ts';
import { callTree, drawTree, showMicros } from '../reader/call-tree.ts';
import { repeatedCalls, summarize } from '../reader/summary.ts';
import { valueAt } from './row-filter.ts';

export type Metric = 'count' | 'sum' | 'avg' | 'max' | 'min';

/** Only some of a row's fields. */
export function pick(row: LogRow, fields: readonly string[] | undefined): LogRow {
  return fields === undefined || fields.length === 0
    ? row
    : Object.fromEntries(fields.map(field => [field, valueAt(row, field)]));
}

/** Rows in the order of one field; `-field` turns it round. */
export function sorted(rows: readonly LogRow[], sort: string | undefined): readonly LogRow[] {
  if (sort === undefined || sort === '') return rows;
  const isDown = sort.startsWith('-');
  const field = isDown ? sort.slice(1) : sort;
  return rows.toSorted((a, b) => (isDown ? -1 : 1) * order(valueAt(a, field), valueAt(b, field)));
}

function order(a: unknown, b: unknown): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : shown(a).localeCompare(shown(b));
}

function shown(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined ? 'undefined' : JSON.stringify(value);
}

export function fieldCounts(rows: readonly LogRow[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const row of rows) for (const field of Object.keys(row)) counts[field] = (counts[field] ?? 0) + 1;
  return counts;
}

export function aggregate(
  rows: readonly LogRow[],
  groupBy: readonly string[],
  { op, field }: { readonly op: Metric; readonly field?: string | undefined },
) {
  const groups = Map.groupBy(rows, row => groupBy.map(name => shown(valueAt(row, name))).join('|'));
  return [...groups].map(([key, group]) => ({ key, value: measure(group, op, field) }));
}

function measure(rows: readonly LogRow[], op: Metric, field: string | undefined): number {
  if (op === 'count') return rows.length;
  const values = rows.map(row => Number(valueAt(row, field ?? 'durationMicros'))).filter(Number.isFinite);
  const sum = values.reduce((total, value) => total + value, 0);
  if (op === 'sum') return sum;
  if (op === 'avg') return values.length === 0 ? 0 : sum / values.length;
  // Spread out as arguments, a large log's values would overflow the stack.
  return values.reduce((best, value) => (op === 'max' ? Math.max(best, value) : Math.min(best, value)), values[0] ?? 0);
}

export function topValues(rows: readonly LogRow[], field: string, k: number) {
  const groups = Map.groupBy(rows, row => shown(valueAt(row, field)));
  return [...groups]
    .map(([value, { length }]) => ({ value, count: length }))
    .toSorted((a, b) => b.count - a.count)
    .slice(0, k);
}

export function byTime(rows: readonly LogRow[]): readonly LogRow[] {
  return rows.toSorted((a, b) => eventOf(a).timeMicros - eventOf(b).timeMicros);
}

/** Rows that have the same values under the keys, with when they begin and end. */
export function flows(rows: readonly LogRow[], keys: readonly string[]) {
  const having = rows.filter(row => keys.some(key => valueAt(row, key) !== undefined));
  const groups = Map.groupBy(having, row => keys.map(key => shown(valueAt(row, key))).join('|'));
  return [...groups].map(([key, group]) => ({
    key,
    count: group.length,
    first: group[0]?.['timestamp'],
    last: group.at(-1)?.['timestamp'],
  }));
}

/** Everything that went wrong: exceptions, answers of a server that failed, and results that read like an error. */
export function errorRows(rows: readonly LogRow[]): LogRow[] {
  return rows.filter(
    row =>
      row['event'] === 'EXCEPTION' ||
      hasException(row) ||
      Number(row['status_code']) >= 500 ||
      ERROR_RESULT.test(asText(row['result'])),
  );
}

const ERROR_RESULT = /\b(?:error|exception|fail(?:ed|ure)?)\b/i;

function hasException(row: LogRow): boolean {
  return row['exception'] !== undefined && row['exception'] !== null;
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** CSV with a column for every field that any row has. */
export function toCsv(rows: readonly LogRow[], fields: readonly string[] | undefined): string {
  const columns = fields !== undefined && fields.length > 0 ? fields : Object.keys(fieldCounts(rows));
  const cell = (value: unknown) => (value === undefined ? '' : `"${shown(value).replaceAll('"', '""')}"`);
  const lines = rows.map(row => columns.map(column => cell(valueAt(row, column))).join(','));
  return [columns.join(','), ...lines].join('\n');
}

const CHARS_PER_TOKEN = 4;

/** A log in words, the most telling first, cut where the budget ends. */
export function describeLog(rows: readonly LogRow[], maxTokens: number): string {
  const calls = callsOf(rows);
  const functions = summarize(calls, rows);
  const lines = [
    `${calls.length} calls of ${functions.length} functions; ${calls.filter(({ error }) => error !== undefined).length} threw`,
    ...errorLines(rows),
    'Hottest by own time:',
    ...functions
      .toSorted((a, b) => b.self - a.self)
      .slice(0, 10)
      .map(each => `  ${each.name}: own ${showMicros(each.self)}, ${each.calls} calls, p95 ${showMicros(each.p95)}`),
    ...repeatedCalls(calls, 5)
      .slice(0, 5)
      .map(({ parent, child, times }) => `Repeated: ${parent} calls ${child} up to ${times} times`),
    'Call tree:',
    ...drawTree(callTree(calls), { maxDepth: 6, leastMicros: 0 }),
  ];
  return withinBudget(lines, maxTokens * CHARS_PER_TOKEN);
}

function errorLines(rows: readonly LogRow[]): string[] {
  const groups = Map.groupBy(
    errorRows(rows).map(eventOf),
    ({ owner, name, error }) => `${owner}.${name}: ${error?.type ?? ''} ${error?.message ?? ''}`,
  );
  return [...groups].slice(0, 10).map(([what, { length }]) => `Error: ${what} (${length}x)`);
}

function withinBudget(lines: readonly string[], maxChars: number): string {
  const kept: string[] = [];
  let room = maxChars;
  for (const [index, line] of lines.entries()) {
    const note = `… ${lines.length - index} more lines`;
    room -= line.length + 1;
    if (room < note.length && index < lines.length - 1)
      return [...kept, note.slice(0, Math.max(0, room + line.length + 1))].join('\n');
    kept.push(line);
  }
  return kept.join('\n');
}
