import type { Style } from '../terminal/style.ts';
import { duration } from '../terminal/duration.ts';
import type { TraceExplanation, WaterfallRow } from './explain-trace.ts';

const MAX_LINES = 30;
const MIN_BAR_CELLS = 10;
const MAX_BAR_CELLS = 40;
const MAX_NAME = 48;

export interface WaterfallOptions {
  readonly style: Style;
  /** Of the terminal. */
  readonly width: number;
}

/** A trace as lines with bars on one scale; solid where a span decided the duration, light where it did not. */
export function waterfallLines(
  { waterfall, durationMs, rowCount }: TraceExplanation,
  { style, width }: WaterfallOptions,
): string[] {
  const shown = waterfall.slice(0, MAX_LINES);
  const names = shown.map(({ depth, name }) => shortened(`${'  '.repeat(depth + 1)}${name}`));
  const nameWidth = Math.max(...names.map(name => name.length));
  const serviceWidth = Math.max(...shown.map(({ service }) => service.length));
  const used = nameWidth + serviceWidth + '  '.length * 3 + '999 ms'.length + 2;
  const cells = Math.min(MAX_BAR_CELLS, Math.max(MIN_BAR_CELLS, width - used));
  const lines = shown.map((row, at) => {
    const text = `${(names[at] ?? '').padEnd(nameWidth)}  ${row.service.padEnd(serviceWidth)}  ${duration(row.ms).padStart(8)}  `;
    const line = `${text}${barOf(row, durationMs, cells)}`;
    if (row.isError) return style.red(line);
    return row.criticalMs.length > 0 ? line : style.dim(line);
  });
  const hidden = rowCount - shown.length;
  return hidden > 0 ? [...lines, style.dim(`  and ${hidden} more`)] : lines;
}

const shortened = (text: string): string => (text.length > MAX_NAME ? `${text.slice(0, MAX_NAME - 1)}…` : text);

function barOf({ startMs, ms, criticalMs }: WaterfallRow, totalMs: number, cells: number): string {
  const cellMs = totalMs / cells || 1;
  const touches = (at: number, [from, to]: readonly [number, number]) => from < (at + 1) * cellMs && to > at * cellMs;
  const cellOf = (at: number) => {
    if (criticalMs.some(section => touches(at, section))) return '█';
    return touches(at, [startMs, startMs + ms]) ? '░' : ' ';
  };
  return Array.from({ length: cells }, (_, at) => cellOf(at))
    .join('')
    .trimEnd();
}
