import { memo } from 'react';
import { ageText, momentText, utcText } from '../../model/clock-text.ts';
import { durationText, plural } from '../../model/duration-text.ts';
import type { TraceLine } from '../../model/trace-line.ts';
import { hueStyle, ServiceMark } from '../../parts/service-mark.tsx';
import { comparePicks } from '../../state/compare-picks.ts';
import { Link } from '../../url/link.tsx';

interface TraceListRowProps {
  readonly line: TraceLine;
  readonly place: number;
  readonly total: number;
  readonly topPx: number;
  readonly longestNs: number;
  readonly isCurrent: boolean;
  readonly isPicked: boolean;
}

/** One trace: when, what, who took part, how large, how long. The link covers the row. */
export const TraceListRow = memo(function TraceListRow(props: TraceListRowProps) {
  const { line, place, total, topPx, longestNs, isCurrent, isPicked } = props;
  const { traceId, rootOperation, startMs, durationNs, spanCount, errorCount } = line;
  const nowMs = Date.now();
  const share = durationNs / longestNs;
  return (
    <li
      className={`trace-row${isCurrent ? ' is-current' : ''}`}
      aria-posinset={place}
      aria-setsize={total}
      style={{ transform: `translateY(${topPx}px)` }}
    >
      <input
        type="checkbox"
        aria-label={`Compare ${rootOperation}, ${durationText(durationNs)}`}
        title="Pick for comparison"
        checked={isPicked}
        onChange={() => {
          comparePicks.toggle(traceId);
        }}
      />
      <time dateTime={utcText(startMs)} title={`${utcText(startMs)}, ${ageText(startMs, nowMs)}`}>
        {momentText(startMs, nowMs)}
      </time>
      <Link href={`/trace/${traceId}`} className="covering" title={rootOperation}>
        {rootOperation}
      </Link>
      <span className="services">
        {line.services.map(service => (
          <ServiceMark key={service} service={service} />
        ))}
      </span>
      <span className="number">{plural(spanCount, 'span')}</span>
      <span className={`number${errorCount > 0 ? ' is-error' : ' is-dim'}`}>
        {errorCount > 0 ? plural(errorCount, 'error') : ''}
      </span>
      <span className="duration-bar" style={hueStyle(line.rootService)}>
        <span className={errorCount > 0 ? 'has-error' : ''} style={{ width: `${Math.max(0.5, share * 100)}%` }} />
      </span>
      <span className="number">{durationText(durationNs)}</span>
    </li>
  );
});
