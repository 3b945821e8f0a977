import { useMemo } from 'react';
import { useFoundTraces } from '../../api/use-found-traces.ts';
import { useLiveTraces } from '../../api/use-live-traces.ts';
import { compileQuery } from '../../model/compile-query.ts';
import { rangeOf } from '../../model/time-range.ts';
import { mergeLines, SORT_ORDERS, type SortOrder } from '../../model/trace-line.ts';
import { ErrorNotice, ProgressLine } from '../../parts/notices.tsx';
import { useLocation } from '../../url/page-location.ts';
import { NothingFound, NoTracesYet } from './nothing-found.tsx';
import { ScatterPlot } from './scatter-plot.tsx';
import { SearchSummary } from './search-summary.tsx';
import { TraceList } from './trace-list.tsx';

const orderOf = (text: string | null): SortOrder => SORT_ORDERS.find(own => own === text) ?? 'newest';

/** Everything that was asked for, newest first; nothing has to be chosen. */
export function SearchPage() {
  const { searchParams, search } = useLocation();
  const text = searchParams.get('q') ?? '';
  const query = useMemo(() => compileQuery(text), [text]);
  const range = useMemo(() => rangeOf(new URLSearchParams(search)), [search]);
  const order = orderOf(searchParams.get('sort'));
  const isLive = searchParams.get('live') === '1';
  const found = useFoundTraces({ query, range, order });
  const live = useLiveTraces(query, isLive);
  const lines = useMemo(() => mergeLines(found.lines, live.lines, order), [found.lines, live.lines, order]);

  if (found.error !== null && lines.length === 0) {
    return <ErrorNotice error={found.error} onRetry={() => void found.refetch()} />;
  }
  const isEmpty = lines.length === 0 && found.isSuccess;
  const isAnything = text === '' && range.kind === 'all';
  return (
    <main className="search-page">
      <ProgressLine isBusy={found.isFetching} />
      {query.faults.map(fault => (
        <p key={fault} className="fault" role="alert">
          {fault}
        </p>
      ))}
      {isEmpty && isAnything && <NoTracesYet isLive={isLive} />}
      {isEmpty && !isAnything && <NothingFound hasRange={range.kind !== 'all'} />}
      {lines.length > 0 && (
        <>
          <SearchSummary
            lines={lines}
            order={order}
            live={live}
            hasMore={found.hasNextPage}
            isTruncated={found.isTruncated}
          />
          <ScatterPlot lines={lines} text={text} />
          <TraceList
            lines={lines}
            hasMore={found.hasNextPage && !found.isFetchingNextPage}
            onMore={found.fetchNextPage}
          />
        </>
      )}
    </main>
  );
}
