import type { Style } from '../terminal/style.ts';
import type { Part } from './part.ts';

/** What runs where, one line each. */
export function statusBlock(parts: readonly Part[], style: Style): string[] {
  const rows = parts.map(({ name, address, pid, note }) => [
    name,
    address,
    pid === undefined ? '' : `pid ${pid}`,
    'ready',
    note,
  ]);
  const widths = [0, 1, 2, 3].map(column => Math.max(...rows.map(row => row[column]?.length ?? 0)));
  return rows.map(([name = '', address = '', pid = '', state = '', note = '']) => {
    const columns = [name, address, pid, state].map((text, i) => text.padEnd(widths[i] ?? 0));
    return `  ${columns[0]}  ${columns[1]}  ${style.dim(`${columns[2]}  ${columns[3]}  ${note}`)}`.trimEnd();
  });
}
