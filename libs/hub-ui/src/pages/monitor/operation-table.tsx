import { durationText, percentText, rateText } from '../../model/duration-text.ts';
import { operationKey, type RedOperation } from '../../model/red-series.ts';
import { CellBar } from '../../parts/cell-bar.tsx';
import { hueStyle, ServiceMark } from '../../parts/service-mark.tsx';
import { pageLocation } from '../../url/page-location.ts';

interface OperationTableProps {
  readonly operations: readonly RedOperation[];
  readonly chosen: string;
  readonly seconds: number;
}

/** The operations in figures, the one with the most time spent first. */
export function OperationTable({ operations, chosen, seconds }: OperationTableProps) {
  const weight = ({ callCount, p50Ms }: RedOperation) => callCount * p50Ms;
  const sorted = [...operations].sort((left, right) => weight(right) - weight(left));
  const longestMs = Math.max(1e-6, ...operations.map(({ p95Ms }) => p95Ms));
  return (
    <div className="operation-table" tabIndex={0} role="region" aria-label="Operations">
      <table>
        <thead>
          <tr>
            <th scope="col">Service</th>
            <th scope="col">Operation</th>
            {['Calls', 'Rate', 'Errors', 'p50', 'p95', 'p99'].map(head => (
              <th key={head} scope="col" className="number">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted.map(own => (
            <OperationRow
              key={operationKey(own)}
              own={own}
              isChosen={operationKey(own) === chosen}
              seconds={seconds}
              longestMs={longestMs}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface OperationRowProps {
  readonly own: RedOperation;
  readonly isChosen: boolean;
  readonly seconds: number;
  readonly longestMs: number;
}

function OperationRow({ own, isChosen, seconds, longestMs }: OperationRowProps) {
  const { service, operation, callCount, errorCount, p50Ms, p95Ms, p99Ms } = own;
  return (
    <tr className={isChosen ? 'is-current' : ''} style={hueStyle(service)}>
      <td>
        <ServiceMark service={service} />
      </td>
      <th scope="row">
        <button
          type="button"
          className="as-link"
          aria-pressed={isChosen}
          onClick={() => {
            pageLocation.change({ op: isChosen ? null : operationKey(own) }, { isStep: true });
          }}
        >
          {operation}
        </button>
      </th>
      <td className="number">{callCount.toLocaleString('en-US')}</td>
      <td className="number">{rateText(callCount / Math.max(1, seconds))}</td>
      <td className={`number${errorCount > 0 ? ' is-error' : ' is-dim'}`}>{percentText(errorCount / callCount)}</td>
      <td className="number">{durationText(p50Ms * 1e6)}</td>
      <td className="number with-bar">
        <CellBar share={p95Ms / longestMs} />
        {durationText(p95Ms * 1e6)}
      </td>
      <td className="number">{durationText(p99Ms * 1e6)}</td>
    </tr>
  );
}
