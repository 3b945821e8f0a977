import { expect, test } from '@jest/globals';
import { compareReports } from './baseline.ts';
import { LatencyRecorder } from './latency-recorder.ts';
import type { Latency, LoadReport } from './report.ts';
import { quickSettings } from '../test/quick-settings.ts';

interface Run {
  readonly count?: number;
  readonly scale?: number;
  readonly errors?: number;
  readonly offset?: number;
}

/** Latencies spread over 10 to 110 ms, in another order and place for each offset, times the scale. */
function latencyOf({ count = 2_000, scale = 1, offset = 0 }: Run): Latency {
  const recorder = new LatencyRecorder();
  for (let at = 0; at < count; at++) recorder.record((10 + ((at * 61.803 + offset) % 100)) * scale, 't');
  const rows = (['p50', 'p90', 'p99'] as const).map(name => ({
    name,
    ...recorder.mark({ p50: 0.5, p90: 0.9, p99: 0.99 }[name]),
    link: '',
  }));
  return { count, minMs: recorder.minMs, meanMs: recorder.meanMs, rows };
}

function reportOf(run: Run): LoadReport {
  const { count = 2_000, errors = 0 } = run;
  const counted = { requests: count, errors, errorRate: errors / count, latency: latencyOf(run) };
  const settings = quickSettings('http://localhost:8000');
  return {
    settings,
    startedAt: 'then',
    ...counted,
    routes: [{ route: 'GET /x', ...counted }],
  } as unknown as LoadReport;
}

test('a run like the one before has nothing to tell', () => {
  expect(compareReports(reportOf({}), reportOf({ offset: 17 }))).toMatchObject({
    worse: [],
    better: [],
    otherSettings: [],
  });
});

test('percentiles that moved beyond their ranges are told, for all and by route', () => {
  const { worse, better } = compareReports(reportOf({}), reportOf({ scale: 1.3 }));
  expect(worse.map(({ route, figure }) => `${route} ${figure}`)).toEqual(
    ['all', 'GET /x'].flatMap(route => ['p50', 'p90', 'p99'].map(figure => `${route} ${figure}`)),
  );
  expect(better).toEqual([]);
  expect(compareReports(reportOf({ scale: 1.3 }), reportOf({})).better).toHaveLength(6);
});

test('a p99 of a few requests is chance', () => {
  const { worse } = compareReports(reportOf({ count: 200 }), reportOf({ count: 200, scale: 3 }));
  expect(worse.map(({ figure }) => figure)).not.toContain('p99');
  expect(worse.map(({ figure }) => figure)).toContain('p50');
});

test('an error rate is told when the same rate would hardly give both', () => {
  const errorsOf = (before: number, after: number) =>
    compareReports(reportOf({ errors: before }), reportOf({ errors: after })).worse.filter(
      ({ figure }) => figure === 'errors',
    );
  expect(errorsOf(20, 25)).toEqual([]);
  expect(errorsOf(20, 60)).toMatchObject([
    { route: 'all', before: 1, after: 3 },
    { route: 'GET /x', before: 1, after: 3 },
  ]);
});

test('settings in which the runs differ are named', () => {
  const other = {
    ...reportOf({}),
    settings: quickSettings('http://localhost:8000', { users: 3, traces: 'http://else' }),
  };
  expect(compareReports(reportOf({}), other).otherSettings).toEqual(['users']);
});
