import { useVirtualizer } from '@tanstack/react-virtual';
import { type MouseEvent, useEffect, useMemo, useRef, useState } from 'react';
import type { TraceRow } from '../../model/span-rows.ts';
import type { TraceFacts } from '../../model/trace-facts.ts';
import { pageLocation } from '../../url/page-location.ts';
import { AncestorLines } from './ancestor-lines.tsx';
import { ColumnDivider } from './column-divider.tsx';
import { TimeAxis } from './time-axis.tsx';
import type { Waterfall } from './use-waterfall.ts';
import { rowElementId, WaterfallRow } from './waterfall-row.tsx';

interface WaterfallRowsProps {
  readonly facts: TraceFacts;
  readonly waterfall: Waterfall;
  readonly hasPath: boolean;
}

export const ROW_PX = 20;

/** The lines in view; the rest of the trace costs nothing to scroll past. */
export function WaterfallRows(props: WaterfallRowsProps) {
  const { waterfall, hasPath } = props;
  const { rows, view, cursor } = waterfall;
  const scroller = useRef<HTMLDivElement>(null);
  const [hovered, setHovered] = useState(-1);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 15,
  });
  const index = useMemo(() => rows.findIndex(({ id }) => id === cursor), [rows, cursor]);
  useEffect(() => {
    markFirstRows();
  }, []);
  useEffect(() => {
    if (index >= 0) virtualizer.scrollToIndex(index);
  }, [index, virtualizer]);

  return (
    <div className={hasPath ? 'waterfall with-path' : 'waterfall'}>
      <TimeAxis view={view} />
      <div
        ref={scroller}
        className="waterfall-scroller"
        role="treegrid"
        aria-label="Spans"
        aria-rowcount={rows.length}
        aria-activedescendant={index < 0 ? undefined : rowElementId(rows[index]?.id ?? '')}
        tabIndex={0}
        onClick={event => {
          choose(event, waterfall);
        }}
        onMouseOver={event => {
          setHovered(rowIndexOf(event));
        }}
        onMouseLeave={() => {
          setHovered(-1);
        }}
      >
        <div role="rowgroup" style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map(item => {
            const row = rows[item.index];
            if (row === undefined) return null;
            return (
              <WaterfallRow key={row.id} row={row} index={item.index} topPx={item.start} {...looksOf(row, props)} />
            );
          })}
        </div>
        <AncestorLines rows={rows} index={hovered} />
      </div>
      <ColumnDivider />
    </div>
  );
}

function choose(event: MouseEvent, { rows, chosen, toggle, show }: Waterfall): void {
  const row = rows[rowIndexOf(event)];
  if (row === undefined) return;
  const isToggle = event.target instanceof Element && event.target.closest('.toggle') !== null;
  if (isToggle || row.kind === 'fold') toggle(row.id);
  else if (row.id === chosen) pageLocation.change({ span: null, at: row.id });
  else show(row.id, { isChosen: true });
}

function looksOf(row: TraceRow, { facts, waterfall: { view, cursor, matchIds }, hasPath }: WaterfallRowsProps) {
  const nodes = row.kind === 'span' ? [row.node] : row.nodes;
  return {
    view,
    hasPath,
    sections: row.kind === 'span' && hasPath ? facts.pathSections.get(row.node) : undefined,
    isCurrent: row.id === cursor,
    isMatch: matchIds.size > 0 && nodes.some(({ span }) => matchIds.has(span.spanId)),
  };
}

function rowIndexOf({ target }: MouseEvent): number {
  const row = target instanceof Element ? target.closest('[aria-rowindex]') : null;
  return Number(row?.getAttribute('aria-rowindex') ?? 0) - 1;
}

/** Tells the browser's performance panel, and our benchmark, when the rows are on the screen: after the next frame. */
function markFirstRows(): void {
  requestAnimationFrame(() => {
    setTimeout(() => performance.mark('first-rows'));
  });
}
