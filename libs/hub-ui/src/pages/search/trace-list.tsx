import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { TraceLine } from '../../model/trace-line.ts';
import { useComparePicks } from '../../state/compare-picks.ts';
import { useKeys } from '../../state/use-keys.ts';
import { pageLocation } from '../../url/page-location.ts';
import { TraceListRow } from './trace-list-row.tsx';

interface TraceListProps {
  readonly lines: readonly TraceLine[];
  readonly hasMore: boolean;
  readonly onMore: () => unknown;
}

const ROW_PX = 24;
const NOTHING_CURRENT = -1;

/** The found traces. Only rows in view exist, so ten thousand scroll like ten. */
export function TraceList({ lines, hasMore, onMore }: TraceListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [current, setCurrent] = useState(NOTHING_CURRENT);
  const picks = useComparePicks();
  const longestNs = useMemo(() => lines.reduce((most, { durationNs }) => Math.max(most, durationNs), 1), [lines]);
  const virtualizer = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
  });
  const rows = virtualizer.getVirtualItems();
  const lastShown = rows.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && lastShown >= lines.length - 50) onMore();
  }, [hasMore, lastShown, lines.length, onMore]);

  const move = (step: number) => {
    const next = Math.max(0, Math.min(current + step, lines.length - 1));
    setCurrent(next);
    virtualizer.scrollToIndex(next);
  };
  useKeys({
    j: () => {
      move(1);
    },
    k: () => {
      move(-1);
    },
    Enter: () => {
      const line = lines[current];
      if (line !== undefined) pageLocation.go(`/trace/${line.traceId}`);
    },
  });
  return (
    <div ref={scroller} className="trace-list" tabIndex={0} role="region" aria-label="Found traces">
      <ol role="list" style={{ height: virtualizer.getTotalSize() }}>
        {rows.map(({ index, start }) => {
          const line = lines[index];
          return line === undefined ? null : (
            <TraceListRow
              key={line.traceId}
              line={line}
              place={index + 1}
              total={lines.length}
              topPx={start}
              longestNs={longestNs}
              isCurrent={index === current}
              isPicked={picks.includes(line.traceId)}
            />
          );
        })}
      </ol>
    </div>
  );
}
