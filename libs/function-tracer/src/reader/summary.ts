import type { Call } from './calls.ts';
import { eventOf, type LogRow, qualifiedName } from './log-row.ts';

/** All calls of one function. Times in microseconds. */
export interface FunctionSummary {
  readonly name: string;
  readonly calls: number;
  readonly errors: number;
  readonly total: number;
  /** Without the time in which its children ran. */
  readonly self: number;
  readonly average: number;
  readonly min: number;
  readonly max: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** A call that makes the same call over and over, as one query for each row. */
export interface RepeatedCall {
  readonly parent: string;
  readonly child: string;
  /** Calls of the child in one call of the parent, at most. */
  readonly times: number;
  /** How many calls of the parent do it. */
  readonly parents: number;
}

/** Summarizes every function of a log; hot functions that were only counted are in it too. */
export function summarize(calls: readonly Call[], rows: readonly LogRow[] = []): FunctionSummary[] {
  const groups = Map.groupBy(calls, ({ name }) => name);
  const counted = countedCalls(rows);
  const names = new Set([...groups.keys(), ...counted.keys()]);
  return [...names]
    .map(name => summaryOf(name, groups.get(name) ?? [], counted.get(name)))
    .toSorted((a, b) => b.total - a.total);
}

interface Counted {
  readonly calls: number;
  readonly micros: number;
}

function countedCalls(rows: readonly LogRow[]): Map<string, Counted> {
  const counted = new Map<string, Counted>();
  for (const row of rows) {
    if (row['event'] !== 'AGGREGATE') continue;
    const event = eventOf(row);
    const before = counted.get(qualifiedName(event)) ?? { calls: 0, micros: 0 };
    const calls = before.calls + Number(row['calls'] ?? 0);
    counted.set(qualifiedName(event), { calls, micros: before.micros + (event.durationMicros ?? 0) });
  }
  return counted;
}

function summaryOf(
  name: string,
  calls: readonly Call[],
  { calls: more, micros }: Counted = { calls: 0, micros: 0 },
): FunctionSummary {
  const lasted = calls.map(({ durationMicros }) => durationMicros ?? 0).toSorted((a, b) => a - b);
  const total = lasted.reduce((sum, each) => sum + each, micros);
  const count = calls.length + more;
  return {
    name,
    calls: count,
    errors: calls.filter(({ error }) => error !== undefined).length,
    total,
    self: calls.reduce((sum, call) => sum + selfMicros(call), micros),
    average: count === 0 ? 0 : total / count,
    min: lasted[0] ?? 0,
    max: lasted.at(-1) ?? 0,
    p50: percentile(lasted, 0.5),
    p95: percentile(lasted, 0.95),
    p99: percentile(lasted, 0.99),
  };
}

/** The smallest value that at least this share of the values does not exceed. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

/** The time in which a call ran and none of its children did: children that overlap count once. */
export function selfMicros(call: Call): number {
  const end = call.startMicros + (call.durationMicros ?? 0);
  let covered = 0;
  let reached = call.startMicros;
  for (const child of call.children.toSorted((a, b) => a.startMicros - b.startMicros)) {
    const childEnd = Math.min(end, child.startMicros + (child.durationMicros ?? 0));
    if (childEnd <= reached) continue;
    covered += childEnd - Math.max(reached, child.startMicros);
    reached = childEnd;
  }
  // What an async call spends waiting is nobody's own time.
  const running = end - call.startMicros - call.suspendedMicros;
  return Math.max(0, Math.min(running, end - call.startMicros - covered));
}

/** Finds what repeats inside one call, at least so many times, the most first. */
export function repeatedCalls(calls: readonly Call[], atLeast: number): RepeatedCall[] {
  const found = new Map<string, RepeatedCall>();
  for (const call of calls) {
    for (const [child, same] of Map.groupBy(call.children, ({ name }) => name)) {
      if (same.length < atLeast) continue;
      const key = `${call.name} ${child}`;
      const before = found.get(key) ?? { parent: call.name, child, times: 0, parents: 0 };
      found.set(key, { ...before, times: Math.max(before.times, same.length), parents: before.parents + 1 });
    }
  }
  return [...found.values()].toSorted((a, b) => b.times * b.parents - a.times * a.parents);
}
