import { useMemo } from 'react';
import { useRed } from '../../api/use-measurements.ts';
import { isEntry, operationKey, type RedOperation, redPoints } from '../../model/red-series.ts';
import { rangeOf } from '../../model/time-range.ts';
import { ErrorNotice, Notice, ProgressLine } from '../../parts/notices.tsx';
import { measuredRange } from '../../parts/range-picker.tsx';
import { pageLocation, useLocation } from '../../url/page-location.ts';
import { OperationTable } from './operation-table.tsx';
import { RedCharts } from './red-charts.tsx';

/** Rate, errors and durations over time, of a service or one of its operations. */
export function MonitorPage() {
  const { search, searchParams } = useLocation();
  const range = useMemo(() => measuredRange(rangeOf(new URLSearchParams(search))), [search]);
  const { data, error, isFetching, refetch } = useRed(range);
  const isAll = searchParams.get('all') === '1';
  const [service, key] = [searchParams.get('service') ?? '', searchParams.get('op') ?? ''];
  const offered = useMemo(() => (data?.operations ?? []).filter(own => isAll || isEntry(own)), [data, isAll]);
  const services = useMemo(() => [...new Set(offered.map(own => own.service))].sort(), [offered]);
  if (data === undefined && error !== null) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  const listed = offered.filter(own => service === '' || own.service === service);
  const chosen = listed.find(own => operationKey(own) === key);
  const shown = chosen === undefined ? listed : [chosen];
  return (
    <main className="monitor-page">
      <ProgressLine isBusy={isFetching} />
      {data !== undefined && (
        <>
          <MonitorTools services={services} service={service} isAll={isAll} />
          {listed.length === 0 ? (
            <Notice title="Nothing to measure in this time">
              <p>
                Choose a longer time, or send some requests: rate, errors and durations come from the spans themselves.
              </p>
            </Notice>
          ) : (
            <>
              <RedCharts
                points={redPoints(shown, data)}
                stepMs={data.stepMs}
                title={titleOf(chosen, service)}
                query={queryOf(chosen, service)}
              />
              <OperationTable operations={listed} chosen={key} seconds={(data.endMs - data.startMs) / 1000} />
            </>
          )}
        </>
      )}
    </main>
  );
}

const titleOf = (chosen: RedOperation | undefined, service: string): string =>
  chosen === undefined ? (service === '' ? 'All services' : service) : `${chosen.service}: ${chosen.operation}`;

function queryOf(chosen: RedOperation | undefined, service: string): string {
  if (chosen !== undefined) return `service:${chosen.service} operation:"${chosen.operation}"`;
  return service === '' ? '' : `service:${service}`;
}

interface MonitorToolsProps {
  readonly services: readonly string[];
  readonly service: string;
  readonly isAll: boolean;
}

function MonitorTools({ services, service, isAll }: MonitorToolsProps) {
  return (
    <div className="table-tools">
      <label>
        service{' '}
        <select
          value={service}
          onChange={event => {
            pageLocation.change({ service: event.target.value, op: null }, { isStep: true });
          }}
        >
          <option value="">all</option>
          {services.map(name => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <label>
        <input
          type="checkbox"
          checked={isAll}
          onChange={() => {
            pageLocation.change({ all: isAll ? null : '1' });
          }}
        />
        inner spans too
      </label>
    </div>
  );
}
