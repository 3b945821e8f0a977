import { afterEach, describe, expect, test } from '@jest/globals';
import { freePort } from '@tracelab/local-servers';
import { buildReport, type MeasuredReport } from '../load/build-report.ts';
import type { LoadMix } from '../load/load-mix.ts';
import { type QuantileName, rowOf, type Settings } from '../load/report.ts';
import { runLoad } from '../load/run-load.ts';
import { TraceReader } from '../traces/trace-reader.ts';
import { type Behaviour, KnownServer } from './known-server.ts';
import { only, quickSettings } from './quick-settings.ts';

// The machine runs other suites too: a delay is met when it is not undercut by more than the timer's step, and not
// exceeded by what would make one of the delays used here look like another.
const BELOW_MS = 5;
const ABOVE_MS = 250;

let server: KnownServer | undefined;
afterEach(() => server?.stop());

const serving = async (behaviour: (path: string, index: number) => Behaviour): Promise<string> => {
  server = await KnownServer.start(behaviour);
  return server.url;
};

async function reportOf(
  settings: Settings,
  mix: LoadMix,
  signal = new AbortController().signal,
): Promise<MeasuredReport> {
  return buildReport(await runLoad(settings, mix, { signal }), settings, new TraceReader(settings.traces));
}

const ms = (report: MeasuredReport, name: QuantileName) => rowOf(report.latency, name)?.ms ?? NaN;

function expectAbout(actualMs: number, expectedMs: number): void {
  expect(actualMs).toBeGreaterThan(expectedMs - BELOW_MS);
  expect(actualMs).toBeLessThan(expectedMs + ABOVE_MS);
}

/** The trace behind a row is one of those that the server had answered that way. */
const askedUnder = (traceId: string) =>
  server?.asked.findIndex(({ headers }) => String(headers['traceparent']).split('-')[1] === traceId);

describe.each([
  ['closed', { users: 20, requests: 25 }],
  ['open', { users: 256, ratePerSecond: 400, durationS: 1.25 }],
] as const)('in the %s loop', (loop, settings) => {
  test('fixed delays with one of fifty slow stand in the right percentiles, each with its trace', async () => {
    const isSlow = (index: number) => index % 50 === 7;
    const url = await serving((_, index) => ({ afterMs: isSlow(index) ? 300 : 20 }));
    const report = await reportOf(quickSettings(url, settings), only('/x'));
    expect(report.loop).toBe(loop);
    expect(report.requests).toBe(500);
    expect(server?.asked).toHaveLength(500);
    expectAbout(report.latency.minMs, 20);
    for (const name of ['p50', 'p90'] as const) expectAbout(ms(report, name), 20);
    for (const name of ['p99', 'p99.9', 'max'] as const) expectAbout(ms(report, name), 300);
    expectAbout(report.latency.meanMs, 0.98 * 20 + 0.02 * 300);
    const behind = (name: QuantileName) => askedUnder(rowOf(report.latency, name)?.traceId ?? '') ?? -1;
    expect(['p99', 'p99.9', 'max'].map(name => isSlow(behind(name as QuantileName)))).toEqual([true, true, true]);
    expect(isSlow(behind('p50'))).toBe(false);
    expect(report.histogram.reduce((sum, { count }) => sum + count, 0)).toBe(500);
    expect(report.seconds.reduce((sum, { answered }) => sum + answered, 0)).toBe(500);
  });

  test('errors are counted by status and by cause, each with the trace of one that had it', async () => {
    const kinds: readonly Behaviour[] = [
      { status: 500 },
      { breaks: 'reset' },
      { breaks: 'close' },
      { status: 404 },
      { status: 402 },
    ];
    const url = await serving((_, index) => kinds[index % 50] ?? {});
    const report = await reportOf(quickSettings(url, settings), only('/x', [402]));
    const statuses = Object.fromEntries(report.statuses.map(each => [each.status, [each.count, each.isError]]));
    expect(statuses).toEqual({ 200: [450, false], 402: [10, false], 404: [10, true], 500: [10, true] });
    const failures = Object.fromEntries(report.failures.map(({ cause, count }) => [cause, count]));
    expect(failures).toEqual({ reset: 10, closed: 10 });
    expect(report.errors).toBe(40);
    expect(report.errorRate).toBeCloseTo(0.08);
    expect(report.seconds.reduce((sum, { errors }) => sum + errors, 0)).toBe(40);
    // Requests that were never answered have no latency.
    expect(report.latency.count).toBe(480);
    const kindBehind = (traceId: string) => kinds[(askedUnder(traceId) ?? -1) % 50];
    for (const { status, traceId } of report.statuses.slice(1)) expect(kindBehind(traceId)).toEqual({ status });
    expect(report.failures.map(({ cause, traceId }) => [cause, kindBehind(traceId)?.breaks])).toEqual(
      expect.arrayContaining([
        ['reset', 'reset'],
        ['closed', 'close'],
      ]),
    );
  });

  test('each route has figures of its own', async () => {
    const url = await serving(path => (path === '/slow' ? { afterMs: 200 } : { afterMs: 10 }));
    const [slow] = only('/slow');
    const [fast] = only('/fast');
    const report = await reportOf(quickSettings(url, settings), [{ ...fast, weight: 4 }, slow]);
    const route = (name: string) => report.routes.find(each => each.route === name);
    expect((route('GET /slow')?.requests ?? 0) + (route('GET /fast')?.requests ?? 0)).toBe(500);
    expect(route('GET /slow')?.requests).toBeGreaterThan(65);
    expect(route('GET /slow')?.requests).toBeLessThan(140);
    expectAbout(route('GET /slow')?.latency.minMs ?? 0, 200);
    expectAbout(route('GET /fast')?.latency.minMs ?? 0, 10);
  });
});

test('a refused connection is an error of that name, and costs no busy loop', async () => {
  const url = `http://127.0.0.1:${await freePort()}`;
  const report = await reportOf(quickSettings(url, { users: 2, requests: 5, thinkS: [0.05, 0.05] }), only('/x'));
  expect(report.failures).toMatchObject([{ cause: 'refused', count: 10 }]);
  expect(report.errorRate).toBe(1);
  expect(report.latency).toMatchObject({ count: 0, rows: [] });
});

test('an answer that never comes is a timeout, and counts with the time that it was waited for', async () => {
  const url = await serving((_, index) => ({ isSilent: index === 3 }));
  const report = await reportOf(quickSettings(url, { users: 1, requests: 10, timeoutS: 0.3 }), only('/x'));
  expect(report.failures).toMatchObject([{ cause: 'timeout', count: 1 }]);
  expect(askedUnder(report.failures[0]?.traceId ?? '')).toBe(3);
  expectAbout(ms(report, 'max'), 300);
  expect(report.latency.count).toBe(10);
});

describe('a stall of one second in an open loop', () => {
  const stalled = async (users: number) => {
    const url = await serving((_, index) => {
      if (index === 100) server?.stall(1_000);
      return { afterMs: 5 };
    });
    return reportOf(quickSettings(url, { users, ratePerSecond: 100, durationS: 3 }), only('/x'));
  };

  test('shows in the p99 since requests were due, though few of them were under way', async () => {
    const report = await stalled(2);
    expect(report.requests).toBe(300);
    expect(ms(report, 'p99')).toBeGreaterThan(900);
    // Just two connections stood in the stall: by their service time nothing happened.
    expect(report.serviceTime && rowOf(report.serviceTime, 'p99')?.ms).toBeLessThan(500);
    expect(ms(report, 'p50')).toBeLessThan(400);
  });

  test('shows as the second in which nothing was answered', async () => {
    const report = await stalled(256);
    expect(Math.min(...report.seconds.slice(0, 3).map(({ answered }) => answered))).toBeLessThan(50);
    expectAbout(Math.max(...report.seconds.map(({ maxMs }) => maxMs)), 1_000);
  });
});

test('what finds no connection before the end is an error too', async () => {
  const url = await serving(() => ({ afterMs: 400 }));
  const report = await reportOf(
    quickSettings(url, { users: 1, ratePerSecond: 50, durationS: 0.5, timeoutS: 0.6 }),
    only('/x'),
  );
  const { answered, unsent } = {
    answered: report.latency.count,
    unsent: report.failures.find(({ cause }) => cause === 'not sent')?.count ?? 0,
  };
  expect(answered + unsent).toBe(25);
  expect(answered).toBeLessThan(6);
  expect(report.errors).toBe(unsent);
});

test('an open loop keeps its rate whatever the server does', async () => {
  const url = await serving(() => ({ afterMs: 250 }));
  await reportOf(quickSettings(url, { users: 256, ratePerSecond: 80, durationS: 1.5 }), only('/x'));
  expect(server?.asked).toHaveLength(120);
});

test('users start one after the other, and think', async () => {
  const url = await serving(() => ({}));
  const settings = quickSettings(url, { users: 4, requests: 3, rampUpS: 0.8, thinkS: [0.1, 0.1] });
  const report = await reportOf(settings, only('/x'));
  // The last user starts at 0.6 s and thinks twice.
  expect(report.durationS).toBeGreaterThan(0.79);
  expect(report.durationS).toBeLessThan(1.5);
});

test('the warm-up counts for nothing', async () => {
  const url = await serving((_, index) => ({ status: index < 20 ? 500 : 200 }));
  const settings = quickSettings(url, { users: 1, requests: 30, warmupS: 0.5, thinkS: [0.01, 0.01] });
  const report = await reportOf(settings, only('/x'));
  expect(report.requests).toBe(30);
  expect(report.errors).toBe(0);
  expect(server?.asked.length).toBeGreaterThan(50);
});

test('every request has a trace of its own, sampled, and says that it is synthetic', async () => {
  const url = await serving(() => ({}));
  await reportOf(quickSettings(url, { users: 5, requests: 20 }), only('/x'));
  const asked = server?.asked ?? [];
  const parents = asked.map(({ headers }) => String(headers['traceparent']));
  for (const parent of parents) expect(parent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  expect(new Set(parents.map(parent => parent.slice(3, 35))).size).toBe(100);
  expect(asked.every(({ headers }) => headers['baggage'] === 'synthetic=true')).toBe(true);
});

test('the same seed asks the same of each user', async () => {
  const [a, b] = [only('/a')[0], only('/b')[0]];
  const pathsOf = async (seed: number) => {
    const url = await serving(() => ({}));
    await reportOf(quickSettings(url, { users: 1, requests: 40, seed }), [a, b]);
    const paths = server?.asked.map(({ path }) => path);
    server?.stop();
    return paths;
  };
  const first = await pathsOf(7);
  expect(await pathsOf(7)).toEqual(first);
  expect(await pathsOf(8)).not.toEqual(first);
});

test('a stop in the middle reports what was done until then', async () => {
  const url = await serving((_, index) => (index < 50 ? {} : { isSilent: true }));
  const stopping = new AbortController();
  setTimeout(() => {
    stopping.abort();
  }, 500);
  const report = await reportOf(quickSettings(url, { users: 5, requests: 1_000 }), only('/x'), stopping.signal);
  expect(report).toMatchObject({ isComplete: false, requests: 50, errors: 0, cancelled: 5 });
  expect(report.durationS).toBeLessThan(2);
});
