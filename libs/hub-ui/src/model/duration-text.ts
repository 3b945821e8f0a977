const UNITS = [
  { unit: 'ns', ns: 1 },
  { unit: 'µs', ns: 1e3 },
  { unit: 'ms', ns: 1e6 },
  { unit: 's', ns: 1e9 },
] as const;

const MINUTE_NS = 60e9;
const HOUR_NS = 60 * MINUTE_NS;

/** A duration as a reader says it: three figures and the unit, as in `412 ms`, `1.24 s`, `87 µs`. */
export function durationText(durationNs: number): string {
  if (durationNs < 0) return `−${durationText(-durationNs)}`;
  if (durationNs >= HOUR_NS - MINUTE_NS / 2) return twoUnits(durationNs / HOUR_NS, 'h', 'min');
  if (durationNs >= MINUTE_NS - 0.5e9) return twoUnits(durationNs / MINUTE_NS, 'min', 's');
  for (const { unit, ns } of UNITS) {
    const text = threeFigures(durationNs / ns);
    // 999.7 ms rounds to four figures, so the next unit has it.
    if (Number(text) < 1000) return `${text} ${unit}`;
  }
  return `${threeFigures(durationNs / 1e9)} s`;
}

function threeFigures(value: number): string {
  const decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return String(Number(value.toFixed(decimals)));
}

function twoUnits(value: number, unit: string, part: string): string {
  const parts = Math.round(value * 60);
  const rest = parts % 60;
  return `${Math.floor(parts / 60)} ${unit}${rest === 0 ? '' : ` ${rest} ${part}`}`;
}

const NS_OF_UNIT: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: MINUTE_NS,
  min: MINUTE_NS,
  h: HOUR_NS,
};

/** Nanoseconds of `200ms`, `1.5 s`, `2m`; a bare number is milliseconds. Undefined when it is no duration. */
export function parseDuration(text: string): number | undefined {
  const [, figures = '', unit = ''] = /^(\d+(?:\.\d+)?|\.\d+)\s*([a-zµμ]*)$/i.exec(text.trim()) ?? [];
  const ns = unit === '' ? 1e6 : NS_OF_UNIT[unit.toLowerCase()];
  return figures === '' || ns === undefined ? undefined : Math.round(Number(figures) * ns);
}

/** A duration in three figures, as the search bar is asked for it: `412ms`, `171s`. */
export function durationValue(durationNs: number): string {
  const { unit, ns } = SEARCH_UNITS.find(({ ns }) => durationNs >= ns) ?? SEARCH_UNITS[2];
  return `${Number((durationNs / ns).toPrecision(3))}${unit}`;
}

const SEARCH_UNITS = [
  { unit: 's', ns: 1e9 },
  { unit: 'ms', ns: 1e6 },
  { unit: 'us', ns: 1e3 },
] as const;

/** A share of one, as in `52 %` or `2.1 %`. */
export function percentText(share: number): string {
  const percent = share * 100;
  if (percent > 0 && percent < 0.1) return '< 0.1 %';
  return `${percent >= 9.95 || percent === 0 ? percent.toFixed(0) : Number(percent.toFixed(1))} %`;
}

/** A count with its thousands apart: `1,204`. */
export const countText = (count: number): string => count.toLocaleString('en-US');

/** `1 span`, `19 spans`. */
export const plural = (count: number, noun: string): string => `${countText(count)} ${noun}${count === 1 ? '' : 's'}`;

/** Calls per second, as in `12/s` or `0.4/s`. */
export function rateText(perSecond: number): string {
  if (perSecond >= 99.95) return `${countText(Math.round(perSecond))}/s`;
  if (perSecond >= 0.095) return `${Number(perSecond.toPrecision(2))}/s`;
  const perMinute = perSecond * 60;
  if (perMinute >= 0.095) return `${Number(perMinute.toPrecision(2))}/min`;
  return perSecond === 0 ? '0/s' : `${Number((perMinute * 60).toPrecision(2))}/h`;
}
