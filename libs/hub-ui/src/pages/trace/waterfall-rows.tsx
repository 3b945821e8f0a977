import { useVirtualizer } from '@tanstack/react-virtual';
import { type MouseEvent, useEffect, useMemo, useRef, useState } from 'react';
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
export function WaterfallRows({ facts, waterfall, hasPath }: WaterfallRowsProps) {
  const { rows, view, cursor, chosen, matchIds, toggle, show } = waterfall;
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

  const click = (event: MouseEvent) => {
    const row = rows[rowIndexOf(event)];
    if (row === undefined) return;
    const isToggle = event.target instanceof Element && event.target.closest('.toggle') !== null;
    if (isToggle || row.kind === 'fold') toggle(row.id);
    else if (row.id === chosen) pageLocation.change({ span: null, at: row.id });
    else show(row.id, { isChosen: true });
  };
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
        onClick={click}
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
            return row === undefined ? null : (
              <WaterfallRow
                key={row.id}
                row={row}
                index={item.index}
                topPx={item.start}
                view={view}
                sections={row.kind === 'span' && hasPath ? facts.pathSections.get(row.node) : undefined}
                hasPath={hasPath}
                isCurrent={row.id === cursor}
                isMatch={
                  row.kind === 'span' ? matchIds.has(row.id) : row.nodes.some(({ span }) => matchIds.has(span.spanId))
                }
              />
            );
          })}
        </div>
        <AncestorLines rows={rows} index={hovered} />
      </div>
      <ColumnDivider />
    </div>
  );
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
