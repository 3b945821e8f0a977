import { linearTicks } from '../../model/axis-ticks.ts';
import { barOf, type TimeView } from '../../model/bar-geometry.ts';
import { durationText } from '../../model/duration-text.ts';

const TICKS = 6;
const LAST_LABEL = 85;

/** The scale above the bars: time since the trace began. */
export function TimeAxis({ view }: { readonly view: TimeView }) {
  return (
    <div className="time-axis" aria-hidden>
      <span>Service and operation</span>
      <span className="ticks">
        {linearTicks(view.fromNs, view.toNs, TICKS).map(tick => {
          const left = barOf(tick, tick, view)?.left ?? 0;
          return left > LAST_LABEL ? null : (
            <span key={tick} style={{ left: `${left}%` }}>
              {tick === 0 ? '0' : durationText(tick)}
            </span>
          );
        })}
      </span>
      <span className="number">Duration</span>
    </div>
  );
}
