import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useRef } from 'react';

interface LongTableProps {
  readonly label: string;
  readonly className: string;
  readonly rowCount: number;
  readonly rowPx: number;
  readonly head: ReactNode;
  /** The row at that place, `topPx` below the first. */
  readonly children: (index: number, topPx: number) => ReactNode;
}

/** A table of any length: only the rows that are in sight exist, and those who hear it know where they are. */
export function LongTable({ label, className, rowCount, rowPx, head, children }: LongTableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: rowCount,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: 15,
  });
  return (
    <div
      ref={scroller}
      className={`table ${className}`}
      role="table"
      aria-label={label}
      aria-rowcount={rowCount + 1}
      tabIndex={0}
    >
      <div role="rowgroup" className="table-head">
        {head}
      </div>
      <div role="rowgroup" className="table-body" style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map(({ index, start }) => children(index, start))}
      </div>
    </div>
  );
}
