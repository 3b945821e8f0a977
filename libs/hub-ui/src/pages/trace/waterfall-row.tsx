import type { PathSection, SpanNode } from '@tracelab/trace-model';
import { type CSSProperties, memo } from 'react';
import type { TimeView } from '../../model/bar-geometry.ts';
import { durationText } from '../../model/duration-text.ts';
import { durationOf } from '../../model/span-groups.ts';
import { rowNode, type TraceRow } from '../../model/span-rows.ts';
import { isError } from '../../model/trace-facts.ts';
import { hueStyle, ServiceMark } from '../../parts/service-mark.tsx';
import { FoldBar, SpanBar } from './span-bar.tsx';

interface WaterfallRowProps {
  readonly row: TraceRow;
  readonly index: number;
  readonly topPx: number;
  readonly view: TimeView;
  readonly sections: readonly PathSection[] | undefined;
  readonly hasPath: boolean;
  readonly isCurrent: boolean;
  readonly isMatch: boolean;
}

const INDENT_PX = 14;
const MAX_INDENTS = 24;

/** Deep traces stop moving right, or their names would leave the screen. */
export const indentPx = (depth: number): number => Math.min(depth, MAX_INDENTS) * INDENT_PX;
export const rowElementId = (id: string): string => `row-${id}`;

/** One line: where the span stands in the tree, and when it ran. */
export const WaterfallRow = memo(function WaterfallRow(props: WaterfallRowProps) {
  const { row, index, topPx, view, sections, hasPath, isCurrent, isMatch } = props;
  const node = rowNode(row);
  if (node === undefined) return null;
  const isFold = row.kind === 'fold';
  const durationNs = isFold ? row.nodes.reduce((sum, own) => sum + durationOf(own), 0) : durationOf(node);
  const canOpen = isFold || row.hasChildren;
  const isOffPath = hasPath && sections === undefined;
  const classes = ['waterfall-row', isCurrent && 'is-current', isMatch && 'is-match', isOffPath && 'is-off-path'];
  return (
    <div
      id={rowElementId(row.id)}
      className={classes.filter(Boolean).join(' ')}
      role="row"
      aria-rowindex={index + 1}
      aria-level={row.depth + 1}
      aria-selected={isCurrent}
      aria-expanded={canOpen ? row.isOpen : undefined}
      style={hueStyle(node.span.service, { transform: `translateY(${topPx}px)` })}
    >
      <span className="label" role="gridcell" style={{ '--indent': `${indentPx(row.depth)}px` } as CSSProperties}>
        <span className={canOpen ? 'toggle' : 'no-toggle'} aria-hidden>
          {canOpen ? (row.isOpen ? '▾' : '▸') : ''}
        </span>
        <RowName row={row} node={node} />
      </span>
      <span className="bar-cell" role="gridcell">
        {isFold ? <FoldBar nodes={row.nodes} view={view} /> : <SpanBar node={node} view={view} sections={sections} />}
      </span>
      <span className="number" role="gridcell">
        {durationText(durationNs)}
      </span>
    </div>
  );
});

function RowName({ row, node }: { readonly row: TraceRow; readonly node: SpanNode }) {
  const { span, parent } = node;
  const errorCount = row.kind === 'fold' ? row.nodes.filter(isError).length : Number(isError(node));
  return (
    <>
      {parent?.span.service !== span.service && <ServiceMark service={span.service} />}
      <span className="name" title={span.name}>
        {span.name}
      </span>
      {row.kind === 'fold' && <span className="is-dim">× {row.nodes.length}</span>}
      {errorCount > 0 && <span className="is-error">{row.kind === 'fold' ? `${errorCount} errors` : 'error'}</span>}
      {node.isOrphan && <span className="is-warning">parent missing</span>}
    </>
  );
}
