import { durationText, percentText } from '../../model/duration-text.ts';
import type { SpanGroup } from '../../model/span-groups.ts';
import { CellBar } from '../../parts/cell-bar.tsx';
import { hueStyle } from '../../parts/service-mark.tsx';
import { pageLocation } from '../../url/page-location.ts';

interface GroupTableProps {
  readonly groups: readonly SpanGroup[];
  readonly title: string;
}

const HEADS = ['Spans', 'Errors', 'Self', 'Share', 'Critical path', 'Total', 'Mean', 'p95', 'Longest'] as const;

/** Sums by group, each duration with its bar; a click goes to the slowest span. */
export function GroupTable({ groups, title }: GroupTableProps) {
  const selfNs = groups.reduce((sum, group) => sum + group.selfNs, 0);
  return (
    <div className="group-table" tabIndex={0} role="region" aria-label={`By ${title.toLowerCase()}`}>
      <table>
        <thead>
          <tr>
            <th scope="col">{title}</th>
            {HEADS.map(head => (
              <th key={head} scope="col" className="number">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {groups.map(group => (
            <GroupRow key={group.name} group={group} share={group.selfNs / Math.max(1, selfNs)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function GroupRow({ group, share }: { readonly group: SpanGroup; readonly share: number }) {
  const figures = [group.totalNs, group.meanNs, group.p95Ns, group.longestNs];
  return (
    <tr style={hueStyle(group.service)}>
      <th scope="row">
        <button
          type="button"
          className="as-link service-mark"
          title="Show the slowest of them"
          onClick={() => {
            pageLocation.change({ view: null, span: group.slowest.span.spanId }, { isStep: true });
          }}
        >
          {group.name}
        </button>
      </th>
      <td className="number">{group.count}</td>
      <td className={`number${group.errorCount > 0 ? ' is-error' : ' is-dim'}`}>{group.errorCount}</td>
      <td className="number with-bar">
        <CellBar share={share} />
        {durationText(group.selfNs)}
      </td>
      <td className="number">{percentText(share)}</td>
      <td className="number">{group.pathNs === 0 ? '' : durationText(group.pathNs)}</td>
      {figures.map((figure, at) => (
        <td key={at} className="number">
          {durationText(figure)}
        </td>
      ))}
    </tr>
  );
}
