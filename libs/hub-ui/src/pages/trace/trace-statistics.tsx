import { useMemo } from 'react';
import { type Grouping, GROUPINGS, spanGroups } from '../../model/span-groups.ts';
import type { TraceFacts } from '../../model/trace-facts.ts';
import { pageLocation, useParameter } from '../../url/page-location.ts';
import { GroupTable } from './group-table.tsx';

/** Where the time of the trace went, by service, operation, kind or any attribute. */
export function TraceStatistics({ facts }: { readonly facts: TraceFacts }) {
  const by = useParameter('by');
  const groups = useMemo(() => spanGroups(facts.trace, groupingOf(by), facts.pathNs), [facts, by]);
  const keys = useMemo(() => attributeKeys(facts), [facts]);
  return (
    <div className="statistics">
      <div className="table-tools">
        <label>
          by{' '}
          <select
            value={by === '' ? 'service' : by}
            onChange={event => {
              pageLocation.change({ by: event.target.value });
            }}
          >
            {GROUPINGS.map(grouping => (
              <option key={grouping}>{grouping}</option>
            ))}
            <optgroup label="Attributes">
              {keys.map(key => (
                <option key={key} value={`@${key}`}>
                  {key}
                </option>
              ))}
            </optgroup>
          </select>
        </label>
      </div>
      <GroupTable groups={groups} title={by.startsWith('@') ? by.slice(1) : by === '' ? 'service' : by} />
    </div>
  );
}

function groupingOf(text: string): Grouping {
  if (text.startsWith('@')) return { attribute: text.slice(1) };
  return GROUPINGS.find(own => own === text) ?? 'service';
}

const attributeKeys = ({ trace }: TraceFacts): string[] =>
  [...new Set(trace.nodes.flatMap(({ span }) => span.attributes.map(({ key }) => key)))].sort();
