import { LOOKBACKS, rangeLabel, rangeOf, rangeParameters, type TimeRange } from '../model/time-range.ts';
import { pageLocation, useLocation } from '../url/page-location.ts';

const CHOSEN = 'chosen';

/** Pages that count need a beginning: all time means the last hour to them. */
export const measuredRange = (range: TimeRange): TimeRange =>
  range.kind === 'all' ? { kind: 'last', minutes: 60 } : range;

/** Which time the page looks at. A stretch drawn with the mouse stands as a choice of its own. */
export function RangePicker({ hasAll }: { readonly hasAll: boolean }) {
  const { searchParams } = useLocation();
  const range = hasAll ? rangeOf(searchParams) : measuredRange(rangeOf(searchParams));
  const isOffered = range.kind === 'last' && LOOKBACKS.some(({ minutes }) => minutes === range.minutes);
  const value = range.kind === 'all' ? '' : isOffered ? String(range.minutes) : CHOSEN;
  const choose = (chosen: string) => {
    const next: TimeRange = chosen === '' ? { kind: 'all' } : { kind: 'last', minutes: Number(chosen) };
    pageLocation.change(rangeParameters(next), { isStep: true });
  };
  return (
    <select
      aria-label="Time range"
      value={value}
      onChange={event => {
        choose(event.target.value);
      }}
    >
      {hasAll && <option value="">All time</option>}
      {value === CHOSEN && <option value={CHOSEN}>{rangeLabel(range, Date.now())}</option>}
      {LOOKBACKS.map(({ minutes, label }) => (
        <option key={minutes} value={minutes}>
          {label}
        </option>
      ))}
    </select>
  );
}
