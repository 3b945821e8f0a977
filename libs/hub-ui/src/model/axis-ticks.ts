/** Round values of one scale, from the first to the last that lie within. */
export function linearTicks(from: number, to: number, atMost: number): number[] {
  const span = to - from;
  if (!(span > 0)) return [from];
  const rough = span / atMost;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find(factor => factor * power >= rough) ?? 10) * power;
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.floor(to / step) - first + 1 }, (_, at) => (first + at) * step);
}

const TIME_STEPS_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500].concat(
  [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400].map(s => s * 1000),
);

/** Round moments of the reader's clock. */
export function timeTicks(fromMs: number, toMs: number, atMost: number): number[] {
  const rough = (toMs - fromMs) / atMost;
  const dayMs = 86_400_000;
  const stepMs = TIME_STEPS_MS.find(step => step >= rough) ?? Math.ceil(rough / dayMs) * dayMs;
  const zoneMs = new Date(fromMs).getTimezoneOffset() * 60_000;
  const first = Math.ceil((fromMs - zoneMs) / stepMs) * stepMs + zoneMs;
  const count = Math.max(0, Math.floor((toMs - first) / stepMs) + 1);
  return Array.from({ length: count }, (_, at) => first + at * stepMs);
}

/** Round values of a logarithmic scale: 1 and 3 of each power of ten, or only the powers where those are many. */
export function logTicks(least: number, most: number): number[] {
  const [first, last] = [Math.floor(Math.log10(Math.max(1, least))), Math.ceil(Math.log10(Math.max(1, most)))];
  const factors = last - first > MANY_DECADES ? [1] : [1, 3];
  const powers = Array.from({ length: Math.max(0, last - first) + 1 }, (_, at) => 10 ** (first + at));
  return powers.flatMap(power => factors.map(factor => factor * power)).filter(tick => tick >= least && tick <= most);
}

const MANY_DECADES = 3;
