import type { PathSection, SpanNode } from '@tracelab/trace-model';
import { barOf, mergedBars, type TimeView } from '../../model/bar-geometry.ts';
import { isError } from '../../model/trace-facts.ts';

interface SpanBarProps {
  readonly node: SpanNode;
  readonly view: TimeView;
  readonly sections: readonly PathSection[] | undefined;
}

const MAX_MARKS = 30;

/** When a span ran, which part of it decided the trace's duration, and when its events were. */
export function SpanBar({ node, view, sections = [] }: SpanBarProps) {
  const { span, startNs, endNs } = node;
  const bar = barOf(startNs, endNs, view);
  if (bar === undefined) return <Outside isBefore={endNs < view.fromNs} />;
  const originNs = span.startNs;
  return (
    <>
      <span className={`bar${isError(node) ? ' has-error' : ''}`} style={percent(bar)} />
      {sections.map(section => {
        const part = barOf(section.startNs, section.endNs, view);
        return part === undefined ? null : <span key={section.startNs} className="path-part" style={percent(part)} />;
      })}
      {span.events.slice(0, MAX_MARKS).map((event, at) => {
        const eventNs = startNs + Number(event.timeNs - originNs);
        const mark = barOf(eventNs, eventNs, view);
        return mark === undefined ? null : (
          <span key={at} className="event-mark" style={{ left: `${mark.left}%` }} title={event.name} />
        );
      })}
    </>
  );
}

function Outside({ isBefore }: { readonly isBefore: boolean }) {
  return <span className={`outside-mark ${isBefore ? 'is-before' : 'is-after'}`}>{isBefore ? '‹' : '›'}</span>;
}

const percent = ({ left, width }: { readonly left: number; readonly width: number }) => ({
  left: `${left}%`,
  width: `${width}%`,
});

interface FoldBarProps {
  readonly nodes: readonly SpanNode[];
  readonly view: TimeView;
}

/** When each of the folded siblings ran. */
export function FoldBar({ nodes, view }: FoldBarProps) {
  return mergedBars(nodes, view).map(bar => (
    <span key={bar.left} className={`bar is-fold${nodes.some(isError) ? ' has-error' : ''}`} style={percent(bar)} />
  ));
}
