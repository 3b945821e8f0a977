import { milliseconds, numeric } from '@tracelab/service-kit/config';
import { z } from 'zod';

/** From the least to the most, in milliseconds. */
export type DelayRange = readonly [minMs: number, maxMs: number];

/** A fault that only some runs of a step meet: that share (0 to 1) of them takes so much longer. */
export type RareSlowness = readonly [rate: number, extraMs: number];

/** What a service pretends: how long each step takes, how often each thing fails. */
export interface DemoDefaults<Delay extends string, Failure extends string> {
  readonly delays: Readonly<Record<Delay, DelayRange>>;
  readonly failureRates: Readonly<Record<Failure, number>>;
}

export interface DemoConfig<Delay extends string, Failure extends string> extends DemoDefaults<Delay, Failure> {
  /** The same seed and the same requests give the same outcomes. */
  readonly seed: number | undefined;
  /** Multiplies every delay; 0 removes the waiting. What is rarely slow is a fault, and stays as long as it is. */
  readonly delayScale: number;
  /** The steps to which such a fault was given. */
  readonly rarelySlow: Readonly<Partial<Record<Delay, RareSlowness>>>;
}

type DelayNames<Delay extends string> = Record<`DELAY_${Uppercase<Delay>}_MS`, z.ZodType<DelayRange>>;
type FailureNames<Failure extends string> = Record<`FAIL_${Uppercase<Failure>}`, z.ZodType<number>>;
type SlownessNames<Delay extends string> = Record<`SLOW_${Uppercase<Delay>}`, z.ZodType<RareSlowness | undefined>>;
type Shape<Delay extends string, Failure extends string> = DelayNames<Delay> &
  SlownessNames<Delay> &
  FailureNames<Failure> & {
    readonly DEMO_SEED: z.ZodOptional<ReturnType<typeof milliseconds>>;
    readonly DEMO_DELAY_SCALE: z.ZodDefault<ReturnType<typeof numeric>>;
  };

const range = () =>
  z
    .string()
    .regex(/^\d+(-\d+)?$/, 'expected milliseconds, as 100 or 100-300')
    .transform((text): DelayRange => {
      const [min = 0, max = min] = text.split('-').map(Number);
      return [min, max];
    })
    .refine(([min, max]) => min <= max, 'the least comes first');

const slowness = () =>
  z
    .string()
    .regex(/^(0(\.\d+)?|1(\.0+)?):\d+$/, 'expected a share and milliseconds, as 0.01:300')
    .transform((text): RareSlowness => {
      const [rate = 0, extraMs = 0] = text.split(':').map(Number);
      return [rate, extraMs];
    });

const delayName = (step: string) => `DELAY_${step.toUpperCase()}_MS`;
const slownessName = (step: string) => `SLOW_${step.toUpperCase()}`;
const failureName = (thing: string) => `FAIL_${thing.toUpperCase()}`;

/**
 * The settings by which each delay and each rate can be changed: `DELAY_GET_USER_MS=10-50`, `FAIL_INVENTORY=0.05`; and by
 * which a step is made slow now and then: `SLOW_GET_USER=0.01:300` adds 300 ms to one of a hundred.
 */
export function demoSettings<Delay extends string, Failure extends string>({
  delays,
  failureRates,
}: DemoDefaults<Delay, Failure>): Shape<Delay, Failure> {
  const named = [
    ...Object.entries<DelayRange>(delays).map(([step, value]) => [delayName(step), range().default(value)]),
    ...Object.keys(delays).map(step => [slownessName(step), slowness().optional()]),
    ...Object.entries<number>(failureRates).map(([thing, rate]) => [
      failureName(thing),
      numeric(z.number().min(0).max(1)).default(rate),
    ]),
  ] as [string, z.ZodType][];
  return {
    ...Object.fromEntries(named),
    DEMO_SEED: milliseconds().optional(),
    DEMO_DELAY_SCALE: numeric(z.number().min(0)).default(1),
  } as Shape<Delay, Failure>;
}

/** What the settings say, under the steps' own names. */
export function demoConfig<Delay extends string, Failure extends string>(
  defaults: DemoDefaults<Delay, Failure>,
  env: Readonly<Record<string, unknown>>,
): DemoConfig<Delay, Failure> {
  const read = <Value>(table: Record<string, Value>, nameOf: (key: string) => string) =>
    Object.fromEntries(Object.keys(table).map(key => [key, env[nameOf(key)] as Value]));
  return {
    seed: env.DEMO_SEED as number | undefined,
    delayScale: env.DEMO_DELAY_SCALE as number,
    delays: read(defaults.delays, delayName) as Record<Delay, DelayRange>,
    rarelySlow: read(defaults.delays, slownessName) as Partial<Record<Delay, RareSlowness>>,
    failureRates: read(defaults.failureRates, failureName) as Record<Failure, number>,
  };
}
