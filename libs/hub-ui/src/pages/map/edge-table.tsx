import { durationText, percentText, rateText } from '../../model/duration-text.ts';
import { edgeId, edgeQuery, type MapEdge } from '../../model/map-layout.ts';
import { rangeParameters, rangeOf } from '../../model/time-range.ts';
import { measuredRange } from '../../parts/range-picker.tsx';
import { CellBar } from '../../parts/cell-bar.tsx';
import { ServiceMark } from '../../parts/service-mark.tsx';
import { Link } from '../../url/link.tsx';
import { pageLocation, pathWith, useLocation } from '../../url/page-location.ts';

interface EdgeTableProps {
  readonly edges: readonly MapEdge[];
  readonly chosen: string;
}

/** Every edge in figures, the slowest first, with the way to its traces. */
export function EdgeTable({ edges, chosen }: EdgeTableProps) {
  const slowest = [...edges].sort((left, right) => right.p95Ms - left.p95Ms);
  const longestMs = slowest[0]?.p95Ms ?? 1;
  return (
    <div className="edge-table" tabIndex={0} role="region" aria-label="Calls between services">
      <table>
        <caption>Calls between services, the slowest first</caption>
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col">To</th>
            <th scope="col" className="number">
              Rate
            </th>
            <th scope="col" className="number">
              Errors
            </th>
            <th scope="col" className="number">
              p50
            </th>
            <th scope="col" className="number">
              p95
            </th>
            <th scope="col">Traces</th>
          </tr>
        </thead>
        <tbody>
          {slowest.map(edge => (
            <EdgeRow key={edgeId(edge)} edge={edge} longestMs={longestMs} isChosen={edgeId(edge) === chosen} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface EdgeRowProps {
  readonly edge: MapEdge;
  readonly longestMs: number;
  readonly isChosen: boolean;
}

function EdgeRow({ edge, longestMs, isChosen }: EdgeRowProps) {
  const { searchParams } = useLocation();
  const times = rangeParameters(measuredRange(rangeOf(searchParams)));
  const traces = pathWith(new URL('/search', pageLocation.current), { ...times, q: edgeQuery(edge) });
  const { parent, child, kind, callsPerSecond, errorRatio, p50Ms, p95Ms } = edge;
  return (
    <tr className={isChosen ? 'is-current' : ''}>
      <td>
        <button
          type="button"
          className="as-link"
          aria-pressed={isChosen}
          title="Show it in the map"
          onClick={() => {
            pageLocation.change({ edge: isChosen ? null : edgeId(edge) });
          }}
        >
          <ServiceMark service={parent} />
        </button>
      </td>
      <td>{kind === 'call' ? <ServiceMark service={child} /> : <span>{child}</span>}</td>
      <td className="number">{rateText(callsPerSecond)}</td>
      <td className={`number${errorRatio > 0 ? ' is-error' : ' is-dim'}`}>{percentText(errorRatio)}</td>
      <td className="number">{durationText(p50Ms * 1e6)}</td>
      <td className="number with-bar">
        <CellBar share={p95Ms / longestMs} />
        {durationText(p95Ms * 1e6)}
      </td>
      <td>
        <Link href={traces} aria-label={`Traces from ${parent} to ${child}`}>
          traces
        </Link>
      </td>
    </tr>
  );
}
