import { z } from 'zod';

/** A whole number, at least `least`. */
export const count = (least = 0) =>
  z
    .string()
    .regex(/^\d+$/, 'expected a whole number')
    .transform(Number)
    .refine(value => value >= least, `expected at least ${least}`);

// Timers end at 2^31 ms, and some wait for two of these one after the other; longer ones would end at once.
const MOST_S = 1_000_000;
const isBounded = (value: number) => value <= MOST_S;
const BOUND = `expected at most ${MOST_S}`;

/** Seconds, with decimals. */
export const seconds = () =>
  z
    .string()
    .regex(/^\d+(\.\d+)?$/, 'expected seconds, as 10 or 0.5')
    .transform(Number)
    .refine(isBounded, BOUND);

/** A number of times a second; under one is possible, none is not. */
export const perSecond = () => seconds().refine(value => value > 0, 'expected more than 0');

/** Seconds from the least to the most: `0.1-2`, or `1` for always the same. */
export const secondsRange = () =>
  z
    .string()
    .regex(/^\d+(\.\d+)?(-\d+(\.\d+)?)?$/, 'expected seconds, as 0.1-2 or 1')
    .transform((text): [number, number] => {
      const [min = 0, max = min] = text.split('-').map(Number);
      return [min, max];
    })
    .refine(([min, max]) => min <= max, 'the least comes first')
    .refine(([, max]) => isBounded(max), BOUND);

/** An address of HTTP, without the slash at its end. */
export const httpUrl = () =>
  z
    .url({ protocol: /^https?$/, error: 'expected an address, as http://localhost:8000' })
    .transform(text => text.replace(/\/$/, ''));

export const text = () => z.string().min(1, 'expected a value');
