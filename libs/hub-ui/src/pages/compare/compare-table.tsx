import { memo } from 'react';
import type { CompareRow } from '../../model/compare-rows.ts';
import { durationText } from '../../model/duration-text.ts';
import { LongTable } from '../../parts/long-table.tsx';
import { hueStyle, ServiceMark } from '../../parts/service-mark.tsx';

interface CompareTableProps {
  readonly rows: readonly CompareRow[];
  readonly longestNs: number;
}

const ROW_PX = 24;
const INDENT_PX = 14;
const MAX_INDENTS = 24;

/** One line per step: the time it took in A and in B on one scale, and the difference. */
export function CompareTable({ rows, longestNs }: CompareTableProps) {
  return (
    <LongTable label="Steps" className="compare-table" rowCount={rows.length} rowPx={ROW_PX} head={HEAD}>
      {(index, topPx) => {
        const row = rows[index];
        return row === undefined ? null : (
          <CompareLine
            key={row.id}
            row={row}
            index={index}
            topPx={topPx}
            longestNs={longestNs}
            isServiceNew={serviceAbove(rows, index) !== row.service}
          />
        );
      }}
    </LongTable>
  );
}

const HEAD = (
  <div role="row" className="compare-row" aria-rowindex={1}>
    {['Step', 'A over B', 'A', 'B', 'Change'].map((head, at) => (
      <span key={head} role="columnheader" className={at > 1 ? 'number' : ''}>
        {head}
      </span>
    ))}
  </div>
);

function serviceAbove(rows: readonly CompareRow[], index: number): string | undefined {
  const depth = rows[index]?.depth ?? 0;
  return rows.slice(0, index).findLast(row => row.depth < depth)?.service;
}

interface CompareLineProps {
  readonly row: CompareRow;
  readonly index: number;
  readonly topPx: number;
  readonly longestNs: number;
  readonly isServiceNew: boolean;
}

const CompareLine = memo(function CompareLine({ row, index, topPx, longestNs, isServiceNew }: CompareLineProps) {
  const { before, after } = row.difference;
  const percent = (durationNs: number) => ({ width: `${Math.min(100, (durationNs / longestNs) * 100)}%` });
  return (
    <div
      role="row"
      className={`table-row compare-row is-${row.change}`}
      aria-rowindex={index + 2}
      style={hueStyle(row.service, { transform: `translateY(${topPx}px)` })}
    >
      <span role="cell" className="label" style={{ paddingLeft: Math.min(row.depth, MAX_INDENTS) * INDENT_PX }}>
        {isServiceNew && <ServiceMark service={row.service} />}
        <span className="name" title={row.operation}>
          {row.operation}
        </span>
        <Repeats row={row} />
      </span>
      <span role="cell" className="double-bar">
        <span className="bar-a" style={percent(before.durationNs)} />
        <span className="bar-b" style={percent(after.durationNs)} />
      </span>
      <span role="cell" className="number">
        {before.count === 0 ? '' : durationText(before.durationNs)}
      </span>
      <span role="cell" className="number">
        {after.count === 0 ? '' : durationText(after.durationNs)}
      </span>
      <Change row={row} longestNs={longestNs} />
    </div>
  );
});

function Repeats({ row: { change, difference } }: { readonly row: CompareRow }) {
  const { before, after } = difference;
  if (change !== 'both') {
    const count = before.count + after.count;
    return count > 1 ? <span className="is-dim">× {count}</span> : null;
  }
  if (before.count === after.count) return before.count > 1 ? <span className="is-dim">× {before.count}</span> : null;
  return (
    <span className="is-warning">
      × {before.count} → × {after.count}
    </span>
  );
}

const NOTABLE_SHARE = 0.05;

function Change({ row: { change, difference }, longestNs }: { readonly row: CompareRow; readonly longestNs: number }) {
  if (change !== 'both')
    return (
      <span role="cell" className="number change-word">
        {change === 'added' ? 'only in B' : 'only in A'}
      </span>
    );
  const deltaNs = difference.after.durationNs - difference.before.durationNs;
  const isNotable = Math.abs(deltaNs) > longestNs * NOTABLE_SHARE;
  return (
    <span role="cell" className={`number${isNotable ? (deltaNs > 0 ? ' is-warning' : ' is-strong') : ' is-dim'}`}>
      {deltaNs > 0 ? '+' : ''}
      {durationText(deltaNs)}
    </span>
  );
}
