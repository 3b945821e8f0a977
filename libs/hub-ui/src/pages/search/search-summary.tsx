import { useMemo } from 'react';
import type { LiveTraces } from '../../api/use-live-traces.ts';
import { durationText, percentText, plural } from '../../model/duration-text.ts';
import { lineStatistics, SORT_ORDERS, type SortOrder, type TraceLine } from '../../model/trace-line.ts';
import { pageLocation } from '../../url/page-location.ts';

interface SearchSummaryProps {
  readonly lines: readonly TraceLine[];
  readonly order: SortOrder;
  readonly live: LiveTraces;
  readonly hasMore: boolean;
  readonly isTruncated: boolean;
}

/** One line over the list: how many, how long, how bad, in which order. */
export function SearchSummary({ lines, order, live, hasMore, isTruncated }: SearchSummaryProps) {
  const { count, p50Ns, p99Ns, errorShare } = useMemo(() => lineStatistics(lines), [lines]);
  return (
    <div className="search-summary">
      <h1>
        {hasMore ? 'first ' : ''}
        {plural(count, 'trace')}
      </h1>
      <span>p50 {durationText(p50Ns)}</span>
      <span>p99 {durationText(p99Ns)}</span>
      <span className={errorShare > 0 ? 'is-error' : ''}>{percentText(errorShare)} with errors</span>
      {isTruncated && <span className="is-warning">stopped after 2 s: narrow the search for all of them</span>}
      <LiveState live={live} />
      <span className="sort-orders" role="group" aria-label="Order">
        {SORT_ORDERS.map(own => (
          <button
            key={own}
            type="button"
            className="quiet"
            aria-pressed={own === order}
            onClick={() => {
              pageLocation.change({ sort: own === 'newest' ? null : own }, { isStep: true });
            }}
          >
            {own}
          </button>
        ))}
      </span>
    </div>
  );
}

function LiveState({ live: { state, lines, droppedCount } }: { readonly live: LiveTraces }) {
  if (state === 'off') return null;
  const dropped = droppedCount === 0 ? '' : `, ${plural(droppedCount, 'trace')} too fast to tell`;
  return (
    <span role="status">
      {state === 'open' ? `live: ${plural(lines.length, 'arrival')}${dropped}` : 'live: connecting'}
    </span>
  );
}
