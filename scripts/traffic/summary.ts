import type { Collector, Tally } from '../load/collector.ts';
import { columns } from '../terminal/columns.ts';
import { duration } from '../terminal/duration.ts';
import type { Style } from '../terminal/style.ts';
import { percent, rate, whole } from '../terminal/units.ts';
import type { Shown } from './demo-scenarios.ts';
import type { TrafficOptions } from './options.ts';

interface Ending {
  readonly patterns?: number;
  readonly scenarios?: readonly Shown[];
  readonly isComplete: boolean;
}

interface Kind {
  /** A status, or the cause of a failure. */
  readonly kind: string;
  readonly count: number;
  readonly isError: boolean;
  readonly traceId: string;
  readonly link: string;
}

interface RouteSummary {
  readonly route: string;
  readonly requests: number;
  readonly p50Ms: number;
  readonly maxMs: number;
  readonly slowest: string;
}

/** What `--json` writes. */
export interface TrafficReport extends Ending {
  readonly schema: 'tracelab.traffic-report/1';
  readonly mode: TrafficOptions['mode'];
  readonly url: string;
  readonly traces: string;
  readonly seed: number;
  readonly durationS: number;
  readonly requests: number;
  readonly errors: number;
  readonly ratePerSecond: number;
  /** Under stress: how much later than due requests went out, waiting for a connection included. */
  readonly lateMs?: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly statuses: readonly Kind[];
  readonly failures: readonly Kind[];
  readonly routes: readonly RouteSummary[];
}

/** All that a run of traffic did. */
export function trafficReport(options: TrafficOptions, collector: Collector, ending: Ending): TrafficReport {
  const { routes, startMs } = collector;
  const all = collector.total();
  const durationS = (performance.now() - startMs) / 1_000;
  // The last answers come after the last request was due; waiting for them is not part of the rate.
  const sendingS = options.mode === 'stress' ? Math.min(durationS, options.durationMs / 1_000) : durationS;
  const linkOf = (traceId: string) => `${options.tracesUrl}/trace/${traceId}`;
  return {
    schema: 'tracelab.traffic-report/1',
    mode: options.mode,
    url: options.url,
    traces: options.tracesUrl,
    seed: options.seed,
    durationS,
    requests: all.requests,
    errors: all.errors,
    ratePerSecond: all.requests / sendingS,
    ...(options.mode === 'stress' ? { lateMs: latenessOf(all) } : {}),
    ...ending,
    statuses: [...all.statuses]
      .sort(([left], [right]) => left - right)
      .map(([status, counted]) => ({ kind: String(status), ...counted, link: linkOf(counted.traceId) })),
    failures: [...all.failures].map(([cause, { count, traceId }]) => ({
      kind: cause,
      count,
      isError: true,
      traceId,
      link: linkOf(traceId),
    })),
    routes: [...routes].map(([route, tally]) => ({
      route,
      requests: tally.requests,
      p50Ms: serviceTimeOf(tally).mark(0.5).ms,
      maxMs: serviceTimeOf(tally).maxMs,
      slowest: linkOf(serviceTimeOf(tally).mark(1).traceId),
    })),
  };
}

// Only under stress is a request due before it can be sent.
const serviceTimeOf = ({ serviceTime, latency }: Tally) => (serviceTime.count > 0 ? serviceTime : latency);

const latenessOf = ({ lateness }: Tally) => ({
  p50: lateness.mark(0.5).ms,
  p99: lateness.mark(0.99).ms,
  max: lateness.maxMs,
});

/** The end of a run in the lines of the Jaeger demo's generator, and the traces behind it. */
export function summaryLines(report: TrafficReport, style: Style): string[] {
  const kinds = [...report.statuses.filter(({ kind }) => Number(kind) >= 400), ...report.failures];
  const routes = columns(
    report.routes.map(({ route, requests, p50Ms, maxMs, slowest }) => [
      `  ${route}`,
      `${whole(requests)} ×`,
      `p50 ${duration(p50Ms)}`,
      `max ${duration(maxMs)}`,
      slowest,
    ]),
    ['left', 'right', 'right', 'right', 'left'],
  );
  return [
    ...totals(report),
    ...(routes.length > 0 ? ['', style.dim('By route, with the slowest request of each'), ...routes] : []),
    ...kindLines(kinds, style),
    '',
    report.isComplete ? 'Traffic generation completed!' : 'Stopped early; what was under way is left out',
    `Traces: ${report.traces}  (every request has baggage synthetic=true)`,
  ];
}

function kindLines(kinds: readonly Kind[], style: Style): string[] {
  if (kinds.length === 0) return [];
  const rows = kinds.map(({ kind, count, isError, link }) => [
    `  ${kind}`,
    `${whole(count)} ×`,
    link,
    isError ? 'error' : 'foreseen',
  ]);
  const lines = columns(rows, ['left', 'right', 'left', 'left']);
  return [
    '',
    style.dim('Refusals and errors'),
    ...lines.map((line, at) => (kinds[at]?.isError ? style.red(line) : line)),
  ];
}

function totals(report: TrafficReport): string[] {
  const { mode, patterns, requests, errors, ratePerSecond, lateMs, durationS, isComplete } = report;
  const share = requests === 0 ? 0 : errors / requests;
  if (mode === 'demo') return [`Requests: ${requests}, errors: ${errors}`];
  if (mode === 'activity') {
    return [
      `${isComplete ? 'Completed' : 'Stopped'} user activity generation. Total patterns executed: ${patterns ?? 0}`,
      `Requests: ${requests} in ${durationS.toFixed(1)} s, errors: ${errors} (${percent(share)})`,
    ];
  }
  return [
    `Total requests: ${requests}`,
    `Successful: ${requests - errors}`,
    `Errors: ${errors}`,
    `Success rate: ${((1 - share) * 100).toFixed(1)}%`,
    `Rate held: ${rate(ratePerSecond)}, late by ${duration(lateMs?.p50 ?? 0)} (p50), ${duration(lateMs?.p99 ?? 0)} (p99)`,
  ];
}
