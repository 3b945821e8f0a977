import { flagsHere } from '../stack/local-addresses.ts';
import { parseFlags, usageOf } from '../terminal/flags.ts';
import { count, httpUrl, perSecond, seconds, secondsRange, text } from '../terminal/flag-schemas.ts';
import type { Settings } from './report.ts';
import { parseThresholds, type Threshold } from './thresholds.ts';

const FLAGS = {
  url: { value: 'URL', help: 'what to test', schema: httpUrl() },
  users: { value: 'N', help: 'users at the same time (10); with --rate, connections at most (256)', schema: count(1) },
  requests: { value: 'N', help: 'requests of each user (50); without end when --duration is given', schema: count(1) },
  'ramp-up': { value: 'S', help: 'seconds until the last user has started', fallback: '10', schema: seconds() },
  think: { value: 'S-S', help: 'seconds between answer and next request', fallback: '0.1-2', schema: secondsRange() },
  rate: { value: 'N', help: 'open loop: requests a second, whether or not the server keeps up', schema: perSecond() },
  duration: { value: 'S', help: 'seconds to run (30 with --rate)', schema: seconds() },
  warmup: { value: 'S', help: 'seconds to run before counting starts', fallback: '0', schema: seconds() },
  timeout: { value: 'S', help: 'seconds to wait for an answer', fallback: '10', schema: perSecond() },
  thresholds: { value: 'LIST', help: 'fail unless all hold: p99<250,errors<1%,rate>20', schema: text() },
  json: { value: 'FILE', help: 'write the report as JSON; - for stdout, in place of the text', schema: text() },
  html: { value: 'FILE', help: 'write the report as one HTML file', schema: text() },
  baseline: { value: 'FILE', help: 'an earlier --json report to compare with', schema: text() },
  seed: { value: 'N', help: 'the same seed asks the same', fallback: '1', schema: count() },
  traces: { value: 'URL', help: 'Jaeger or the hub', schema: httpUrl() },
} as const;

const INTRODUCTION = `Usage: load-test [options]

Loads the shop and names the trace behind every number. Users ask, wait, think and ask again (closed loop); with --rate,
requests come when they are due instead (open loop), and the time since then is measured.

Exits with 0; 1 when a threshold is not met or nothing was answered; 2 when an option is wrong; 3 when no shop answers;
130 after Ctrl-C, with the report of what was done.`;

/** A load test as the command line asks for it. */
export interface LoadOptions {
  readonly settings: Settings;
  readonly thresholds: readonly Threshold[];
  readonly jsonFile: string | undefined;
  readonly htmlFile: string | undefined;
  readonly baselineFile: string | undefined;
}

const OPEN_LOOP_CONNECTIONS = 256;
const OPEN_LOOP_DURATION_S = 30;

/** Undefined when help was asked for. Throws UsageError and ConfigError. */
export function loadOptions(args: readonly string[]): LoadOptions | undefined {
  const flags = parseFlags(flagsHere(FLAGS), args);
  if (flags === undefined) return undefined;
  const { rate, duration, requests } = flags;
  const isOpen = rate !== undefined;
  const durationS = duration ?? (isOpen ? OPEN_LOOP_DURATION_S : null);
  const endless = Number.MAX_SAFE_INTEGER;
  return {
    settings: {
      url: flags.url,
      traces: flags.traces,
      users: flags.users ?? (isOpen ? OPEN_LOOP_CONNECTIONS : 10),
      requests: requests ?? (durationS === null ? 50 : endless),
      rampUpS: isOpen ? 0 : flags['ramp-up'],
      ratePerSecond: rate ?? null,
      durationS,
      thinkS: isOpen ? [0, 0] : flags.think,
      warmupS: flags.warmup,
      timeoutS: flags.timeout,
      seed: flags.seed,
    },
    thresholds: parseThresholds(flags.thresholds ?? ''),
    jsonFile: flags.json,
    htmlFile: flags.html,
    baselineFile: flags.baseline,
  };
}

export const loadUsage = (): string => usageOf(INTRODUCTION, flagsHere(FLAGS));
