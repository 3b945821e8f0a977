const two = (value: number) => String(value).padStart(2, '0');

/** The reader's time of day to the millisecond: `22:41:03.120`. */
export function clockText(ms: number): string {
  const date = new Date(ms);
  const millis = String(date.getMilliseconds()).padStart(3, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${millis}`;
}

/** The reader's day: `2026-11-20`. */
export function dayText(ms: number): string {
  const date = new Date(ms);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** Day and time, the day left out when it is that of `nowMs`. */
export function momentText(ms: number, nowMs: number): string {
  return dayText(ms) === dayText(nowMs) ? clockText(ms) : `${dayText(ms)} ${clockText(ms)}`;
}

/** What stands on hover: the moment in UTC, as machines write it. */
export const utcText = (ms: number): string => new Date(ms).toISOString();

const AGES = [
  { unit: 'day', ms: 86_400_000 },
  { unit: 'hour', ms: 3_600_000 },
  { unit: 'minute', ms: 60_000 },
  { unit: 'second', ms: 1000 },
] as const;

/** How long ago: `3 minutes ago`. */
export function ageText(ms: number, nowMs: number): string {
  const passedMs = Math.max(0, nowMs - ms);
  const age = AGES.find(({ ms: unitMs }) => passedMs >= unitMs);
  if (age === undefined) return 'just now';
  const count = Math.floor(passedMs / age.ms);
  return `${count} ${age.unit}${count === 1 ? '' : 's'} ago`;
}
