import { clockText, momentText } from './clock-text.ts';

/** The time that a page looks at. */
export type TimeRange =
  | { readonly kind: 'all' }
  | { readonly kind: 'last'; readonly minutes: number }
  | { readonly kind: 'between'; readonly startMs: number; readonly endMs: number };

export const LOOKBACKS: readonly { readonly minutes: number; readonly label: string }[] = [
  { minutes: 5, label: '5 min' },
  { minutes: 15, label: '15 min' },
  { minutes: 60, label: '1 hour' },
  { minutes: 360, label: '6 hours' },
  { minutes: 1440, label: '24 hours' },
  { minutes: 10_080, label: '7 days' },
];

/** Reads `last=15` or `from=…&to=…` (milliseconds); anything else is all time. */
export function rangeOf(parameters: URLSearchParams): TimeRange {
  const minutes = Number(parameters.get('last') ?? '');
  if (minutes > 0) return { kind: 'last', minutes };
  const [startMs, endMs] = [Number(parameters.get('from') ?? ''), Number(parameters.get('to') ?? '')];
  return startMs > 0 && endMs > startMs ? { kind: 'between', startMs, endMs } : { kind: 'all' };
}

/** The URL parameters that say the range; null removes one. */
export function rangeParameters(range: TimeRange): Record<'last' | 'from' | 'to', string | null> {
  const none = { last: null, from: null, to: null };
  if (range.kind === 'last') return { ...none, last: String(range.minutes) };
  if (range.kind === 'all') return none;
  return { last: null, from: String(Math.floor(range.startMs)), to: String(Math.ceil(range.endMs)) };
}

export function rangeLabel(range: TimeRange, nowMs: number): string {
  if (range.kind === 'all') return 'All time';
  if (range.kind === 'last') {
    return LOOKBACKS.find(({ minutes }) => minutes === range.minutes)?.label ?? `${range.minutes} min`;
  }
  return `${momentText(range.startMs, nowMs).slice(0, -4)} – ${clockText(range.endMs).slice(0, -4)}`;
}

/** Start and end in milliseconds; all time has neither. */
export function boundsOf(range: TimeRange, nowMs: number): { readonly startMs?: number; readonly endMs?: number } {
  if (range.kind === 'all') return {};
  if (range.kind === 'last') return { startMs: nowMs - range.minutes * 60_000 };
  return { startMs: range.startMs, endMs: range.endMs };
}
