import { callsOf } from '../../reader/calls.ts';
import { callTree, drawTree, showMicros } from '../../reader/call-tree.ts';
import { type FlowLog, readLog } from '../../reader/read-log.ts';
import { type FunctionSummary, repeatedCalls, summarize } from '../../reader/summary.ts';
import { type Command, required } from '../command.ts';

const REPEATED_AT_LEAST = 5;
const TREE_DEPTH = 6;

export const report: Command = async input => {
  const { options, output } = input;
  const content = reportOf(await readLog(required(input, 0, 'log')), options.top);
  if (options.json) output.print(JSON.stringify(content, null, 2));
  else output.print(...describeReport(content));
  return 0;
};

/** What is worth knowing of a log. */
export function reportOf(log: FlowLog, top: number) {
  const calls = callsOf(log.rows);
  const functions = summarize(calls, log.rows);
  const byTotal = callTree(calls);
  const whole = byTotal.reduce((sum, { totalMicros }) => sum + totalMicros, 0);
  return {
    events: log.rows.length,
    badLines: log.badLines,
    calls: calls.length,
    open: calls.filter(({ durationMicros }) => durationMicros === undefined).length,
    dropped: Math.max(0, ...log.rows.filter(({ event }) => event === 'DROPPED').map(({ dropped }) => Number(dropped))),
    slowest: functions.toSorted((a, b) => b.max - a.max).slice(0, top),
    hottest: functions.toSorted((a, b) => b.self - a.self).slice(0, top),
    errors: calls
      .filter(({ error }) => error !== undefined)
      .slice(0, top)
      .map(({ name, error }) => ({ name, type: error?.type, message: error?.message })),
    repeated: repeatedCalls(calls, REPEATED_AT_LEAST).slice(0, top),
    tree: drawTree(byTotal, { maxDepth: TREE_DEPTH, leastMicros: whole / 200 }).slice(0, top * 4),
  };
}

function describeReport(content: ReturnType<typeof reportOf>): string[] {
  const { calls, events, open, badLines, dropped } = content;
  const row = (value: (summary: FunctionSummary) => number) => (summary: FunctionSummary) =>
    `  ${showMicros(value(summary)).padStart(10)}  ${summary.name}  (${summary.calls} calls, avg ${showMicros(summary.average)}, p95 ${showMicros(summary.p95)})`;
  return [
    `📊 ${calls} calls in ${events} events, ${open} still open, ${badLines} bad lines, ${dropped} calls dropped`,
    ...section('🐌 Slowest', content.slowest.map(row(({ max }) => max))),
    ...section('🔥 Hottest (own time)', content.hottest.map(row(({ self }) => self))),
    ...section(
      '❌ Errors',
      content.errors.map(({ name, type, message }) => `  ${name}: ${type ?? ''}: ${message ?? ''}`),
    ),
    ...section(
      '🔁 Repeated calls (N+1)',
      content.repeated.map(
        ({ parent, child, times, parents }) => `  ${parent} calls ${child} up to ${times} times (in ${parents} calls)`,
      ),
    ),
    ...section(
      '🌳 Call tree',
      content.tree.map(line => `  ${line}`),
    ),
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines];
}
