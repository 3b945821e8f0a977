import { z } from 'zod';
import { flagsHere } from '../stack/local-addresses.ts';
import { parseFlags, usageOf } from '../terminal/flags.ts';
import { count, httpUrl, perSecond, seconds, text } from '../terminal/flag-schemas.ts';

const MODES = ['activity', 'demo', 'stress'] as const;

const FLAGS = {
  url: { value: 'URL', help: 'where the gateway is', schema: httpUrl() },
  mode: {
    value: 'MODE',
    help: 'activity, demo or stress',
    fallback: 'activity',
    schema: z.enum(MODES, 'expected activity, demo or stress'),
  },
  duration: { value: 'S', help: 'seconds of activity or stress', fallback: '60', schema: perSecond() },
  concurrent: { value: 'N', help: 'visitors at a time (5); under stress, connections at most (256)', schema: count(1) },
  rps: { value: 'N', help: 'requests a second under stress', fallback: '10', schema: perSecond() },
  timeout: { value: 'S', help: 'seconds to wait for an answer', fallback: '30', schema: perSecond() },
  pause: { value: 'S', help: 'seconds between two demo scenarios', fallback: '2', schema: seconds() },
  seed: { value: 'N', help: 'the same seed makes the same visitors', fallback: '1', schema: count() },
  json: { value: 'FILE', help: 'write what was done as JSON; - for stdout, in place of the text', schema: text() },
  traces: { value: 'URL', help: 'Jaeger or the hub', schema: httpUrl() },
} as const;

const INTRODUCTION = `Usage: traffic [options]

Sends traffic to the shop, each request under a trace of its own.
  activity  visitors who browse, register, order, pay and make mistakes, with time to think
  demo      one scenario after another, what each shows and the link to its trace
  stress    a fixed rate, whether or not the shop keeps up

Exits with 0; 1 when nothing was answered; 2 when an option is wrong; 3 when no shop answers; 130 after Ctrl-C.`;

/** Traffic as the command line asks for it. */
export interface TrafficOptions {
  readonly url: string;
  readonly tracesUrl: string;
  readonly mode: (typeof MODES)[number];
  readonly durationMs: number;
  readonly concurrent: number;
  readonly ratePerSecond: number;
  readonly timeoutMs: number;
  readonly pauseMs: number;
  readonly seed: number;
  readonly jsonFile: string | undefined;
}

const MOST_CONNECTIONS = 256;
const VISITORS = 5;

/** Undefined when help was asked for. Throws UsageError and ConfigError. */
export function trafficOptions(args: readonly string[]): TrafficOptions | undefined {
  const flags = parseFlags(flagsHere(FLAGS), args);
  if (flags === undefined) return undefined;
  return {
    url: flags.url,
    tracesUrl: flags.traces,
    mode: flags.mode,
    durationMs: flags.duration * 1_000,
    concurrent: flags.concurrent ?? (flags.mode === 'stress' ? MOST_CONNECTIONS : VISITORS),
    ratePerSecond: flags.rps,
    timeoutMs: flags.timeout * 1_000,
    pauseMs: flags.pause * 1_000,
    seed: flags.seed,
    jsonFile: flags.json,
  };
}

export const trafficUsage = (): string => usageOf(INTRODUCTION, flagsHere(FLAGS));
