import { readFile } from 'node:fs/promises';
import { UsageError } from '../terminal/flags.ts';
import { type Change, LoadReport, type QuantileName, QUANTILES, type Route, rowOf, type Settings } from './report.ts';

type Counted = Pick<Route, 'requests' | 'errors' | 'errorRate' | 'latency'>;

const COMPARED: readonly QuantileName[] = ['p50', 'p90', 'p99'];
/** A difference under this is no news, however sure. */
const LEAST_CHANGE = 0.05;
/** A percentile with fewer requests beyond it is chance: a p99 wants 500 of them. */
const LEAST_BEYOND = 5;
/** Two-sided 99 %: a report compares a dozen figures, so one in twenty would cry wolf. */
const NORMAL_99 = 2.576;

/** Rejects with UsageError. */
export async function readBaseline(file: string): Promise<LoadReport> {
  try {
    return LoadReport.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    const reason =
      error instanceof Error && 'code' in error ? String(error.code) : 'it is no report of load-test --json';
    throw new UsageError([`--baseline ${file}: ${reason}`]);
  }
}

/**
 * What differs from an earlier run beyond the noise of either: percentiles whose ranges do not meet and that moved by a
 * twentieth, and error rates that two samples of one rate would not give. Noise from outside, such as a busy machine, is
 * not in the ranges: compare runs on the same one.
 */
export function compareReports(
  before: LoadReport,
  after: Pick<LoadReport, 'settings' | 'requests' | 'errors' | 'errorRate' | 'latency' | 'routes'>,
): NonNullable<LoadReport['baseline']> {
  const pairs: (readonly [string, Counted, Counted])[] = [['all', before, after]];
  for (const route of after.routes) {
    const known = before.routes.find(each => each.route === route.route);
    if (known !== undefined) pairs.push([route.route, known, route]);
  }
  const changes = pairs.flatMap(([route, was, is]) =>
    [...latencyChanges(was, is), ...errorChanges(was, is)].map(change => ({ route, ...change })),
  );
  return {
    startedAt: before.startedAt,
    otherSettings: otherSettings(before.settings, after.settings),
    worse: changes.filter(change => change.after > change.before),
    better: changes.filter(change => change.after < change.before),
  };
}

function latencyChanges(before: Counted, after: Counted): Omit<Change, 'route'>[] {
  return COMPARED.flatMap(name => {
    const [was, is] = [rowOf(before.latency, name), rowOf(after.latency, name)];
    if (was === undefined || is === undefined) return [];
    const beyond = Math.min(before.latency.count, after.latency.count) * (1 - QUANTILES[name]);
    if (beyond < LEAST_BEYOND) return [];
    const isApart = is.lowMs > was.highMs || is.highMs < was.lowMs;
    if (!isApart || Math.abs(is.ms - was.ms) < LEAST_CHANGE * was.ms) return [];
    return [{ figure: name, unit: 'ms', before: was.ms, after: is.ms }];
  });
}

function errorChanges(before: Counted, after: Counted): Omit<Change, 'route'>[] {
  if (before.requests === 0 || after.requests === 0) return [];
  const pooled = (before.errors + after.errors) / (before.requests + after.requests);
  const spread = Math.sqrt(pooled * (1 - pooled) * (1 / before.requests + 1 / after.requests));
  if (spread === 0 || Math.abs(after.errorRate - before.errorRate) / spread < NORMAL_99) return [];
  return [{ figure: 'errors', unit: '%', before: before.errorRate * 100, after: after.errorRate * 100 }];
}

const IGNORED: ReadonlySet<string> = new Set(['traces']);

function otherSettings(before: Settings, after: Settings): string[] {
  return (Object.keys(after) as (keyof Settings)[]).filter(
    name => !IGNORED.has(name) && JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  );
}
