import { useDeferredValue, useMemo } from 'react';
import { plural } from '../../model/duration-text.ts';
import { findSpans } from '../../model/find-spans.ts';
import { spanGroups } from '../../model/span-groups.ts';
import {
  parseSpanOrder,
  SPAN_COLUMNS,
  type SpanColumn,
  type SpanOrder,
  sortedSpans,
  spanOrderText,
} from '../../model/span-order.ts';
import type { TraceFacts } from '../../model/trace-facts.ts';
import { LongTable } from '../../parts/long-table.tsx';
import { pageLocation, useParameter } from '../../url/page-location.ts';
import { GroupTable } from './group-table.tsx';
import { SpanTableRow } from './span-table-row.tsx';

const ROW_PX = 20;

/** Every span in a line of figures: sorted, filtered, or summed by operation. */
export function SpanTable({ facts }: { readonly facts: TraceFacts }) {
  const find = useParameter('find');
  const isGrouped = useParameter('group') === 'operation';
  const needle = useDeferredValue(find);
  const nodes = useMemo(
    () => (needle.trim() === '' ? facts.trace.nodes : findSpans(facts.trace, needle)),
    [facts, needle],
  );
  const groups = useMemo(
    () => (isGrouped ? spanGroups({ ...facts.trace, nodes }, 'operation', facts.pathNs) : []),
    [facts, nodes, isGrouped],
  );
  return (
    <div className="span-table">
      <div className="table-tools">
        <input
          type="text"
          aria-label="Filter spans"
          placeholder="filter spans"
          value={find}
          onChange={event => {
            pageLocation.change({ find: event.target.value });
          }}
        />
        <label>
          <input
            type="checkbox"
            checked={isGrouped}
            onChange={() => {
              pageLocation.change({ group: isGrouped ? null : 'operation' });
            }}
          />
          sum by operation
        </label>
        <span className="is-dim">{plural(nodes.length, 'span')}</span>
      </div>
      {isGrouped ? (
        <GroupTable groups={groups} title="Operation" />
      ) : (
        <SpanRows facts={{ ...facts, trace: { ...facts.trace, nodes } }} />
      )}
    </div>
  );
}

function SpanRows({ facts }: { readonly facts: TraceFacts }) {
  const orderText = useParameter('order');
  const chosen = useParameter('span');
  const { nodes } = facts.trace;
  const order = parseSpanOrder(orderText);
  const sorted = useMemo(() => sortedSpans(nodes, parseSpanOrder(orderText)), [nodes, orderText]);
  const longestNs = Math.max(1, facts.trace.durationNs);
  const head = (
    <div role="row" className="table-row" aria-rowindex={1}>
      {SPAN_COLUMNS.map(column => (
        <ColumnHead key={column} column={column} order={order} />
      ))}
    </div>
  );
  return (
    <LongTable label="Spans" className="span-rows" rowCount={sorted.length} rowPx={ROW_PX} head={head}>
      {(index, topPx) => {
        const node = sorted[index];
        return node === undefined ? null : (
          <SpanTableRow
            key={node.index}
            node={node}
            index={index}
            topPx={topPx}
            longestNs={longestNs}
            isChosen={node.span.spanId === chosen}
          />
        );
      }}
    </LongTable>
  );
}

const NUMBERS: ReadonlySet<SpanColumn> = new Set(['start', 'duration', 'self']);

function ColumnHead({ column, order }: { readonly column: SpanColumn; readonly order: SpanOrder }) {
  const isSorted = order.column === column;
  // A first click on a figure shows the greatest.
  const isDescending = isSorted ? !order.isDescending : NUMBERS.has(column) && column !== 'start';
  return (
    <span
      role="columnheader"
      className={`column-${column}${NUMBERS.has(column) ? ' number' : ''}`}
      aria-sort={isSorted ? (order.isDescending ? 'descending' : 'ascending') : 'none'}
    >
      <button
        type="button"
        className="quiet"
        onClick={() => {
          pageLocation.change({ order: spanOrderText({ column, isDescending }) });
        }}
      >
        {column}
        {isSorted ? (order.isDescending ? ' ▾' : ' ▴') : ''}
      </button>
    </span>
  );
}
