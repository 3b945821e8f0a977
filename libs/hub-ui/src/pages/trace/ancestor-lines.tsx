import { memo } from 'react';
import { ancestorRows, type TraceRow } from '../../model/span-rows.ts';
import { indentPx } from './waterfall-row.tsx';

interface AncestorLinesProps {
  readonly rows: readonly TraceRow[];
  readonly index: number;
}

const ROW_PX = 20;

/** Lines from the ancestors of the span under the mouse down to it. */
export const AncestorLines = memo(function AncestorLines({ rows, index }: AncestorLinesProps) {
  return ancestorRows(rows, index).map(at => (
    <div
      key={at}
      className="ancestor-line"
      aria-hidden
      style={{ left: indentPx(rows[at]?.depth ?? 0) + 6, top: (at + 1) * ROW_PX, height: (index - at) * ROW_PX }}
    />
  ));
});
