import { selfTimeNs, type SpanNode } from '@tracelab/trace-model';
import { memo } from 'react';
import { durationText } from '../../model/duration-text.ts';
import { durationOf } from '../../model/span-groups.ts';
import { CellBar } from '../../parts/cell-bar.tsx';
import { hueStyle, ServiceMark } from '../../parts/service-mark.tsx';
import { pageLocation } from '../../url/page-location.ts';

interface SpanTableRowProps {
  readonly node: SpanNode;
  readonly index: number;
  readonly topPx: number;
  readonly longestNs: number;
  readonly isChosen: boolean;
}

export const SpanTableRow = memo(function SpanTableRow(props: SpanTableRowProps) {
  const { node, index, topPx, longestNs, isChosen } = props;
  const { span, startNs } = node;
  const durationNs = durationOf(node);
  return (
    <div
      role="row"
      className={`table-row${isChosen ? ' is-current' : ''}`}
      aria-rowindex={index + 2}
      style={hueStyle(span.service, { transform: `translateY(${topPx}px)` })}
    >
      <span role="cell">
        <ServiceMark service={span.service} />
      </span>
      <span role="cell" className="column-operation">
        <button
          type="button"
          className="as-link"
          title={span.name}
          onClick={() => {
            pageLocation.change({ span: isChosen ? null : span.spanId });
          }}
        >
          {span.name}
        </button>
      </span>
      <span role="cell" className="number">
        {durationText(startNs)}
      </span>
      <span role="cell" className="number with-bar">
        <CellBar share={durationNs / longestNs} />
        {durationText(durationNs)}
      </span>
      <span role="cell" className="number">
        {durationText(selfTimeNs(node))}
      </span>
      <span role="cell">{span.kind}</span>
      <span role="cell" className={span.status.code === 'error' ? 'is-error' : ''}>
        {span.status.code}
      </span>
    </div>
  );
});
