export type Alignment = 'left' | 'right';

/** Rows as aligned columns, two spaces apart; a column is as wide as its widest cell. */
export function columns(rows: readonly (readonly string[])[], alignments: readonly Alignment[]): string[] {
  const widths = alignments.map((_, at) => Math.max(0, ...rows.map(row => (row[at] ?? '').length)));
  return rows.map(row =>
    alignments
      .map((alignment, at) => {
        const cell = row[at] ?? '';
        return alignment === 'right' ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0);
      })
      .join('  ')
      .trimEnd(),
  );
}
