/** Where a value stands on an axis, in pixels. */
export type Scale = (value: number) => number;

export const linear = ([low, high]: readonly [number, number], [from, to]: readonly [number, number]): Scale => {
  const span = high - low || 1;
  return value => round(from + ((value - low) / span) * (to - from));
};

export const logarithmic = ([low, high]: readonly [number, number], range: readonly [number, number]): Scale => {
  const scale = linear([Math.log10(low), Math.log10(high)], range);
  return value => scale(Math.log10(value));
};

/** A tenth of a pixel is all that shows. */
export const round = (pixels: number): number => Math.round(pixels * 10) / 10;

/** Round values from 0 to about `high`, not more than `most`. */
export function ticks(high: number, most: number): number[] {
  if (high <= 0) return [0];
  const rough = high / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find(factor => factor * power >= rough) ?? 10);
  return Array.from({ length: Math.floor(high / step) + 1 }, (_, at) => at * step);
}

/** 1, 2 and 5 times each power of ten between two values. */
export function logTicks(low: number, high: number): number[] {
  const first = Math.floor(Math.log10(low));
  const decades = Math.ceil(Math.log10(high)) - first + 1;
  const factors = decades > 5 ? [1] : [1, 2, 5];
  return Array.from({ length: decades }, (_, at) => 10 ** (first + at))
    .flatMap(power => factors.map(factor => factor * power))
    .filter(value => value >= low && value <= high);
}
