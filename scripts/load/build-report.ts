import { availableParallelism, release, type } from 'node:os';
import { explainDifference, explainTrace, type TraceExplanation } from '../traces/explain-trace.ts';
import type { TraceReader } from '../traces/trace-reader.ts';
import type { Trace } from '@tracelab/trace-model';
import type { Tally } from './collector.ts';
import type { LatencyRecorder } from './latency-recorder.ts';
import {
  type Latency,
  type LoadReport,
  type QuantileName,
  QUANTILES,
  type Route,
  type Row,
  rowOf,
  type Settings,
  type Traces,
} from './report.ts';
import type { LoadRun } from './run-load.ts';

/** Before thresholds and a baseline judged it. */
export type MeasuredReport = Omit<LoadReport, 'thresholds' | 'baseline'>;

const VERSION = '0.1.0';

/** Puts a run's figures together, and reads back the traces that they name. */
export async function buildReport(run: LoadRun, settings: Settings, reader: TraceReader): Promise<MeasuredReport> {
  const measured = new Measured(run, settings, reader).report();
  const asked = tracesToRead(measured);
  const read = await reader.read(asked);
  if (read.state === 'unreadable') return { ...measured, traces: read };
  const explained = new Map([...read.traces].map(([id, trace]) => [id, explainTrace(trace)]));
  return {
    ...measured,
    latency: blamed(measured.latency, explained),
    routes: measured.routes.map(route => ({ ...route, latency: blamed(route.latency, explained) })),
    traces: {
      state: 'read',
      asked: asked.length,
      found: read.traces.size,
      ...slowestOf(measured, explained),
      ...differenceOf(measured, read.traces),
    },
  };
}

class Measured {
  readonly #run: LoadRun;
  readonly #settings: Settings;
  readonly #reader: TraceReader;

  constructor(run: LoadRun, settings: Settings, reader: TraceReader) {
    this.#run = run;
    this.#settings = settings;
    this.#reader = reader;
  }

  report(): MeasuredReport {
    const { collector, startedAt, durationMs, isComplete } = this.#run;
    const total = collector.total();
    const byRequests = [...collector.routes].sort(([, left], [, right]) => right.requests - left.requests);
    return {
      schema: 'tracelab.load-report/1',
      tool: {
        version: VERSION,
        node: process.version,
        platform: `${type()} ${release()} ${process.arch}`,
        cores: availableParallelism(),
      },
      settings: this.#settings,
      loop: this.#isOpen ? 'open' : 'closed',
      startedAt: startedAt.toISOString(),
      durationS: durationMs / 1_000,
      isComplete,
      cancelled: collector.cancelled,
      ...this.#counted(total),
      routes: byRequests.map(([route, tally]) => ({ route, ...this.#counted(tally) })),
      seconds: collector.seconds,
      histogram: total.latency.bins(),
      traces: { state: 'unreadable', reason: 'not asked for' },
    };
  }

  get #isOpen(): boolean {
    return this.#settings.ratePerSecond !== null;
  }

  #counted(tally: Tally): Omit<Route, 'route'> {
    const { requests, errors } = tally;
    return {
      requests,
      ratePerSecond: requests / Math.max(0.001, this.#run.durationMs / 1_000),
      errors,
      errorRate: requests === 0 ? 0 : errors / requests,
      latency: this.#latency(tally.latency),
      ...(this.#isOpen ? { serviceTime: this.#latency(tally.serviceTime) } : {}),
      statuses: [...tally.statuses]
        .sort(([left], [right]) => left - right)
        .map(([status, counted]) => ({
          status,
          ...counted,
          share: counted.count / requests,
          link: this.#link(counted),
        })),
      failures: [...tally.failures]
        .sort(([, left], [, right]) => right.count - left.count)
        .map(([cause, counted]) => ({ cause, ...counted, share: counted.count / requests, link: this.#link(counted) })),
    };
  }

  #latency(recorder: LatencyRecorder): Latency {
    const names = Object.keys(QUANTILES) as QuantileName[];
    const rows = names.map((name): Row => {
      const mark = recorder.mark(QUANTILES[name]);
      return { name, ...mark, link: this.#link(mark) };
    });
    const { count, minMs, meanMs } = recorder;
    return { count, minMs, meanMs, rows: count === 0 ? [] : rows };
  }

  #link({ traceId }: { readonly traceId: string }): string {
    return this.#reader.linkTo(traceId);
  }
}

const tracesToRead = ({ latency, routes }: MeasuredReport): string[] => [
  ...new Set(
    [latency, ...routes.map(route => route.latency)].flatMap(({ rows }) => rows.map(({ traceId }) => traceId)),
  ),
];

function blamed(latency: Latency, explained: ReadonlyMap<string, TraceExplanation>): Latency {
  const rows = latency.rows.map(row => {
    const [blame] = explained.get(row.traceId)?.steps ?? [];
    return blame === undefined ? row : { ...row, blame };
  });
  return { ...latency, rows };
}

type Read = Extract<Traces, { state: 'read' }>;

function slowestOf(report: MeasuredReport, explained: ReadonlyMap<string, TraceExplanation>): Pick<Read, 'slowest'> {
  const slowest = rowOf(report.latency, 'max');
  const explanation = slowest && explained.get(slowest.traceId);
  if (slowest === undefined || explanation === undefined) return {};
  const { traceId, link, ms } = slowest;
  return {
    slowest: {
      route: routeOf(report, traceId)?.route ?? explanation.waterfall[0]?.name ?? '',
      ms,
      traceId,
      link,
      explanation,
    },
  };
}

// The p99 of all requests belongs to a slow route and the p50 to a fast one: only within a route does their difference tell.
function differenceOf(report: MeasuredReport, traces: ReadonlyMap<string, Trace>): Pick<Read, 'difference'> {
  const worst = rowOf(report.latency, 'p99');
  const route = worst && (routeOf(report, worst.traceId) ?? report.routes.toSorted(byP99)[0]);
  const [p50, p99] = route === undefined ? [] : [rowOf(route.latency, 'p50'), rowOf(route.latency, 'p99')];
  const [usual, slower] = [traces.get(p50?.traceId ?? ''), traces.get(p99?.traceId ?? '')];
  if (route === undefined || p50 === undefined || p99 === undefined || usual === undefined || slower === undefined)
    return {};
  const { added, grew, missing } = explainDifference(usual, slower);
  const ref = ({ traceId, link }: Row) => ({ traceId, link });
  return {
    difference: {
      route: route.route,
      p50: ref(p50),
      p99: ref(p99),
      added,
      grew,
      missing,
    },
  };
}

const byP99 = (left: Route, right: Route): number =>
  (rowOf(right.latency, 'p99')?.ms ?? 0) - (rowOf(left.latency, 'p99')?.ms ?? 0);

/** The route of a trace that stands in a row. */
function routeOf({ routes }: MeasuredReport, traceId: string): Route | undefined {
  return routes.find(({ latency }) => latency.rows.some(row => row.traceId === traceId));
}
