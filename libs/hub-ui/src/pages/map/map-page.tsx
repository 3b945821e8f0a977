import { useMemo } from 'react';
import { useDependencies } from '../../api/use-measurements.ts';
import { layoutMap } from '../../model/map-layout.ts';
import { rangeOf } from '../../model/time-range.ts';
import { ErrorNotice, Notice, ProgressLine } from '../../parts/notices.tsx';
import { measuredRange } from '../../parts/range-picker.tsx';
import { useLocation } from '../../url/page-location.ts';
import { EdgeTable } from './edge-table.tsx';
import { ServiceGraph } from './service-graph.tsx';

/** Who calls whom, how often, how well, how fast. */
export function MapPage() {
  const { search, searchParams } = useLocation();
  const range = useMemo(() => measuredRange(rangeOf(new URLSearchParams(search))), [search]);
  const { data, error, isFetching, refetch } = useDependencies(range);
  const map = useMemo(() => (data === undefined ? undefined : layoutMap(data.edges)), [data]);
  const chosen = searchParams.get('edge') ?? '';
  if (map === undefined && error !== null) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  return (
    <main className="map-page">
      <ProgressLine isBusy={isFetching} />
      {map?.nodes.length === 0 && (
        <Notice title="No calls in this time">
          <p>
            The map draws itself from traces in which one service calls another. Choose a longer time, or send some.
          </p>
        </Notice>
      )}
      {map !== undefined && map.nodes.length > 0 && (
        <>
          <h1 className="unseen">Map of services</h1>
          <ServiceGraph map={map} chosen={chosen} />
          <EdgeTable edges={map.edges} chosen={chosen} />
        </>
      )}
    </main>
  );
}
