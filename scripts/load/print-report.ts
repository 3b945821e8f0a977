import { columns } from '../terminal/columns.ts';
import type { Style } from '../terminal/style.ts';
import { duration } from '../terminal/duration.ts';
import { percent, plural, rate, whole } from '../terminal/units.ts';
import { waterfallLines } from '../traces/print-waterfall.ts';
import type { Growth } from '../traces/explain-trace.ts';
import { figureText, outsideTrace } from './figure-text.ts';
import {
  type Change,
  type LoadReport,
  rowOf,
  type QuantileName,
  type Route,
  type ThresholdResult,
  type Traces,
} from './report.ts';

const LISTED: readonly QuantileName[] = ['p50', 'p90', 'p99', 'max'];
const IN_TABLE: readonly QuantileName[] = ['p50', 'p90', 'p99', 'p99.9', 'max'];
const MAX_ERRORS = 10;

export interface PrintOptions {
  readonly style: Style;
  readonly width: number;
}

/** The report as text: the lines of the Jaeger demo's load test first, then what stands behind them. */
export function printReport(report: LoadReport, options: PrintOptions): string {
  const { style } = options;
  const blocks = [
    summary(report),
    responseTimes(report),
    statusCodes(report),
    errorList(report),
    routeTable(report, style),
    behind(report, style),
    serviceTimes(report),
    ...traceBlocks(report.traces, options),
    verdict(report.thresholds, style),
    baseline(report, style),
    ending(report),
  ];
  return `${blocks
    .filter(lines => lines.length > 0)
    .map(lines => lines.join('\n'))
    .join('\n\n')}\n`;
}

function summary(report: LoadReport): string[] {
  const stopped = report.isComplete ? [] : [`Stopped early; ${plural(report.cancelled, 'request')} under way left out`];
  return [
    'Load Test Results',
    '='.repeat(50),
    `Total Requests: ${report.requests}`,
    `Total Time: ${report.durationS.toFixed(2)}s`,
    `Requests/sec: ${report.ratePerSecond.toFixed(2)}`,
    `Error Rate: ${(report.errorRate * 100).toFixed(2)}%`,
    ...stopped,
  ];
}

function responseTimes({ latency }: LoadReport): string[] {
  const inSeconds = (ms: number) => `${(ms / 1_000).toFixed(3)}s`;
  const at = (name: QuantileName) => inSeconds(rowOf(latency, name)?.ms ?? 0);
  if (latency.count === 0) return ['Response Times (seconds)', '-'.repeat(30), 'Nothing was answered'];
  return [
    'Response Times (seconds)',
    '-'.repeat(30),
    `Min: ${inSeconds(latency.minMs)}`,
    `Max: ${at('max')}`,
    `Mean: ${inSeconds(latency.meanMs)}`,
    `Median: ${at('p50')}`,
    `95th percentile: ${at('p95')}`,
    `99th percentile: ${at('p99')}`,
  ];
}

function statusCodes({ statuses }: LoadReport): string[] {
  if (statuses.length === 0) return [];
  const lines = statuses.map(({ status, count, share }) => `${status}: ${count} (${(share * 100).toFixed(1)}%)`);
  return ['Status Code Distribution', '-'.repeat(30), ...lines];
}

function errorList({ failures, statuses }: LoadReport): string[] {
  const errors = [
    ...failures.map(({ cause, detail, count }) => `${cause}: ${detail} (${count})`),
    ...statuses.filter(({ isError }) => isError).map(({ status, count }) => `HTTP ${status} (${count})`),
  ];
  return errors.length === 0 ? [] : ['Errors Encountered', '-'.repeat(30), ...errors.slice(0, MAX_ERRORS)];
}

function routeTable({ routes }: LoadReport, style: Style): string[] {
  const head = ['Route', 'requests', 'rate', 'errors', 'min', 'mean', ...IN_TABLE];
  const rows = routes.map(({ route, requests, ratePerSecond, errorRate, latency }) => [
    route,
    whole(requests),
    rate(ratePerSecond),
    percent(errorRate),
    ...(latency.count === 0 ? [] : [duration(latency.minMs), duration(latency.meanMs)]),
    ...IN_TABLE.map(name => rowOf(latency, name)).flatMap(row => (row === undefined ? [] : [duration(row.ms)])),
  ]);
  const [first = '', ...lines] = columns([head, ...rows], ['left', ...head.slice(1).map(() => 'right' as const)]);
  return [style.dim(first), ...lines];
}

/** The trace behind each number, and behind each kind of error. */
function behind({ routes }: LoadReport, style: Style): string[] {
  const rows = routes.flatMap(route => [...latencyRows(route), ...kindRows(route)]);
  if (rows.length === 0) return [];
  const lines = columns(
    rows.map(({ cells }) => cells),
    ['left', 'right', 'left', 'left'],
  );
  const shown = lines.map((line, at) => (rows[at]?.isError === true ? style.red(line) : line));
  return [style.dim('Behind the numbers'), ...shown.flatMap((line, at) => [...(rows[at]?.heading ?? []), line])];
}

interface BehindRow {
  readonly heading: readonly string[];
  readonly cells: readonly string[];
  readonly isError: boolean;
}

function latencyRows({ route, latency }: Route): BehindRow[] {
  return LISTED.map(name => rowOf(latency, name)).flatMap((row, at) => {
    if (row === undefined) return [];
    const blame = row.blame && `${row.blame.service}  ${row.blame.step}  ${percent(row.blame.share)}`;
    const heading = at === 0 ? [`  ${route}`] : [];
    return [{ heading, cells: [`    ${row.name}`, duration(row.ms), row.link, blame ?? ''], isError: false }];
  });
}

function kindRows({ route, latency, statuses, failures }: Route): BehindRow[] {
  const kinds = [
    ...statuses
      .filter(({ status }) => status >= 400)
      .map(({ status, ...rest }) => ({ name: String(status), note: rest.isError ? '' : 'foreseen', ...rest })),
    ...failures.map(({ cause, detail, ...rest }) => ({ name: cause, note: detail, isError: true, ...rest })),
  ];
  return kinds.map(({ name, count, link, isError, note }, at) => ({
    heading: latency.count === 0 && at === 0 ? [`  ${route}`] : [],
    cells: [`    ${name}`, `${whole(count)} ×`, link, note],
    isError,
  }));
}

function serviceTimes({ serviceTime, latency }: LoadReport): string[] {
  if (serviceTime === undefined) return [];
  const names: readonly QuantileName[] = ['p50', 'p90', 'p95', 'p99', 'p99.9', 'max'];
  const cells = (of: typeof latency) => names.map(name => duration(rowOf(of, name)?.ms ?? 0));
  return columns(
    [
      ['', ...names],
      ['since it was due (above)', ...cells(latency)],
      ['since it was sent', ...cells(serviceTime)],
    ],
    ['left', ...names.map(() => 'right' as const)],
  );
}

function traceBlocks(traces: Traces, { style, width }: PrintOptions): string[][] {
  if (traces.state === 'unreadable') {
    return [[`Traces could not be read: ${traces.reason}. The links above work once a backend has them.`]];
  }
  const { slowest, difference } = traces;
  const blocks: string[][] = [];
  if (slowest === undefined && traces.asked > 0) {
    blocks.push([`The trace of the slowest request was not found (${traces.found} of ${traces.asked} traces were).`]);
  }
  if (slowest !== undefined) {
    const { services, steps } = slowest.explanation;
    const share = ({ service, step, ms, share: part }: (typeof steps)[number]) => [
      `  ${service}`,
      step,
      duration(ms),
      percent(part),
    ];
    blocks.push([
      `Slowest: ${slowest.route}  ${duration(slowest.ms)}  ${style.dim(slowest.link)}`,
      ...outsideNote(slowest).map(style.dim),
      '',
      ...waterfallLines(slowest.explanation, { style, width }),
      '',
      style.dim('  its critical path'),
      ...columns([...services.map(share), ...steps.slice(0, 5).map(share)], ['left', 'left', 'right', 'right']),
    ]);
  }
  if (difference !== undefined) {
    const { added, grew, missing } = difference;
    const rows = [
      ...added.map(each => growthRow('only there', each)),
      ...grew.map(each => growthRow('grew', each)),
      ...missing.map(each => growthRow('missing', each)),
    ];
    blocks.push([
      `What the p99 of ${difference.route} does that its p50 does not`,
      ...(rows.length === 0 ? ['  nothing: the same steps, each within a millisecond'] : columns(rows, GROWTH_COLUMNS)),
    ]);
  }
  return blocks;
}

function outsideNote({ ms, explanation }: NonNullable<Extract<Traces, { state: 'read' }>['slowest']>): string[] {
  const note = outsideTrace(ms, explanation.durationMs);
  return note === undefined ? [] : [`  ${note}`];
}

const GROWTH_COLUMNS = ['left', 'left', 'left', 'right', 'right', 'right'] as const;

function growthRow(kind: string, { service, step, beforeMs, afterMs, grewMs }: Growth): string[] {
  const change = kind === 'grew' ? `${duration(beforeMs)} → ${duration(afterMs)}` : duration(afterMs || beforeMs);
  return [`  ${kind}`, service, step, change, kind === 'grew' ? `+${duration(grewMs)} of its own` : ''];
}

function verdict(thresholds: readonly ThresholdResult[], style: Style): string[] {
  const lines = thresholds.map(({ text, actual, unit, isMet }) => {
    const is = actual === null ? 'not measured' : figureText(actual, unit);
    return isMet ? `ok    ${text}  (${is})` : style.red(`FAIL  ${text}  (${is})`);
  });
  return lines.length === 0 ? [] : ['Thresholds', ...lines.map(line => `  ${line}`)];
}

function baseline({ baseline: compared }: LoadReport, style: Style): string[] {
  if (compared === undefined) return [];
  const { startedAt, otherSettings, worse, better } = compared;
  const row = (word: string) => (change: Change) => [
    `  ${word}`,
    change.route,
    change.figure,
    `${figureText(change.before, change.unit)} → ${figureText(change.after, change.unit)}`,
  ];
  const lines = columns([...worse.map(row('worse')), ...better.map(row('better'))], ['left', 'left', 'left', 'right']);
  const differing = otherSettings.length === 0 ? [] : [style.amber(`  other settings: ${otherSettings.join(', ')}`)];
  const same = lines.length === 0 ? ['  nothing differs beyond noise'] : [];
  return [
    `Against the run of ${startedAt}`,
    ...differing,
    ...same,
    ...lines.map((line, at) => (at < worse.length ? style.red(line) : line)),
  ];
}

function ending({ settings }: LoadReport): string[] {
  return ['Load test completed!', `Traces: ${settings.traces}  (every request has baggage synthetic=true)`];
}
