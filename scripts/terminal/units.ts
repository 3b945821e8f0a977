/** A share from 0 to 1: `0.4 %`, `12 %`. */
export function percent(share: number): string {
  const value = share * 100;
  return `${value !== 0 && value < 10 ? value.toFixed(1) : value.toFixed(0)} %`;
}

/** A rate per second. */
export const rate = (perSecond: number): string => `${three(perSecond)}/s`;

/** `12,345` */
export const whole = (count: number): string => count.toLocaleString('en-US');

/** `1 error`, `2 errors` */
export const plural = (count: number, noun: string): string => `${whole(count)} ${noun}${count === 1 ? '' : 's'}`;

// Three significant figures, never in exponents.
function three(value: number): string {
  if (value >= 99.95) return whole(Math.round(value));
  return value.toFixed(value >= 9.995 ? 1 : 2);
}
