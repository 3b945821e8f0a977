import type { JaegerMetricFamily } from '@tracelab/contracts/trace-query';
import { DurationHistogram, SPAN_KINDS } from '@tracelab/trace-model';

import type { OperationRow, TimeWindow } from '../store/trace-store.ts';
import { BadParameter } from './bad-parameter.ts';
import { type QueryParameters, unreadable } from './query-parameters.ts';

export type MetricName = 'latencies' | 'calls' | 'errors';

export interface MetricsQuery {
  readonly services: readonly string[];
  readonly kinds: readonly string[];
  readonly quantile: number;
  readonly groupsByOperation: boolean;
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
  readonly ratePerMs: number;
  /** The buckets that the first point's rate needs, up to the last. */
  readonly window: TimeWindow;
}

/** Prometheus' own bound on points of a series. */
const MAX_POINTS = 11_000;
/** Years have four digits in the times that are told. */
const LATEST_MS = Date.UTC(10_000, 0) - 1;

/** The parameters of `/api/metrics/*`; all times in milliseconds. */
export function metricsQuery(metric: MetricName, parameters: QueryParameters, nowMs: number): MetricsQuery {
  const positive = (name: string, fallback: number) => {
    const value = Number(parameters.integer(name) ?? BigInt(fallback));
    if (value <= 0) throw unreadable(name, 'must be greater than 0');
    return value;
  };
  const services = parameters.all('service');
  if (services.length === 0)
    throw new BadParameter("please provide at least one service name: parameter 'service' is required");
  const endMs = positive('endTs', nowMs);
  if (endMs > LATEST_MS) throw unreadable('endTs', 'is beyond the year 9999');
  const stepMs = positive('step', 5000);
  const startMs = endMs - positive('lookback', 3_600_000);
  const ratePerMs = positive('ratePer', 600_000);
  if ((endMs - startMs) / stepMs > MAX_POINTS) throw unreadable('step', `more than ${MAX_POINTS} points`);
  return {
    services,
    kinds: kindsOf(parameters),
    quantile: metric === 'latencies' ? quantileOf(parameters) : 0,
    groupsByOperation: parameters.flag('groupByOperation'),
    startMs,
    endMs,
    stepMs,
    ratePerMs,
    window: { startMs: startMs - ratePerMs, endMs },
  };
}

function kindsOf(parameters: QueryParameters): string[] {
  const kinds = parameters.all('spanKind').map(kind => kind.toLowerCase());
  const wrong = kinds.find(kind => !(SPAN_KINDS as readonly string[]).includes(kind));
  if (wrong !== undefined) throw unreadable('spanKind', `unsupported span kind: '${wrong}'`);
  return kinds.length === 0 ? ['server'] : kinds;
}

function quantileOf(parameters: QueryParameters): number {
  const text = parameters.required('quantile');
  const quantile = /^[\d.]+$/.test(text) ? Number(text) : NaN;
  if (!(quantile >= 0 && quantile <= 1))
    throw unreadable('quantile', `parsing ${JSON.stringify(text)}: invalid syntax`);
  return quantile;
}

const HELP: Readonly<Record<MetricName, string>> = {
  latencies: 'latency, in milliseconds',
  calls: 'calls per second',
  errors: 'fraction of calls that failed',
};

const NAME: Readonly<Record<MetricName, string>> = {
  latencies: 'latencies',
  calls: 'call_rate',
  errors: 'error_rate',
};

/** The series that Jaeger's Monitor draws, from the hub's own spans. A point is told where calls were. */
export function metricFamily(
  metric: MetricName,
  query: MetricsQuery,
  rows: readonly OperationRow[],
): JaegerMetricFamily {
  const own = rows.filter(row => query.services.includes(row.service) && query.kinds.includes(row.kind));
  const series = Map.groupBy(own, row =>
    query.groupsByOperation ? `${row.service}\u0000${row.operation}` : row.service,
  );
  const metrics = [...series]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, members]) => {
      const [service = '', operation] = key.split('\u0000');
      // The screens take the first label for the service.
      const labels = [{ name: 'service_name', value: service }];
      if (operation !== undefined) labels.push({ name: 'operation', value: operation });
      return { labels, metricPoints: pointsOf(metric, query, members) };
    });
  const subject = query.groupsByOperation ? 'service_operation' : 'service';
  return { name: `${subject}_${NAME[metric]}`, type: 'GAUGE', help: HELP[metric], metrics };
}

function pointsOf(metric: MetricName, query: MetricsQuery, rows: readonly OperationRow[]) {
  const { startMs, endMs, stepMs, ratePerMs } = query;
  const points = [];
  const inWindow = new SlidingSum(rows);
  // Multiples of the step, so that repeated questions have the same points.
  for (let atMs = Math.ceil(startMs / stepMs) * stepMs; atMs <= endMs; atMs += stepMs) {
    inWindow.moveTo(atMs - ratePerMs, atMs);
    const doubleValue = inWindow.value(metric, query);
    if (doubleValue === undefined) continue;
    points.push({ gaugeValue: { doubleValue }, timestamp: new Date(atMs).toISOString() });
  }
  return points;
}

/** Sums buckets over a window that only moves forward, adding what enters and taking away what leaves. */
class SlidingSum {
  readonly #rows: readonly OperationRow[];
  readonly #durations = new Map<number, number>();
  #first = 0;
  #next = 0;
  #callCount = 0;
  #errorCount = 0;

  /** Rows come by time. */
  constructor(rows: readonly OperationRow[]) {
    this.#rows = rows;
  }

  moveTo(fromMs: number, toMs: number): void {
    for (let row = this.#rows[this.#next]; row !== undefined && row.startMs < toMs; row = this.#rows[this.#next]) {
      this.#add(row, 1);
      this.#next++;
    }
    for (let row = this.#rows[this.#first]; row !== undefined && row.startMs < fromMs; row = this.#rows[this.#first]) {
      this.#add(row, -1);
      this.#first++;
    }
  }

  value(metric: MetricName, { quantile, ratePerMs }: MetricsQuery): number | undefined {
    if (this.#callCount === 0) return undefined;
    if (metric === 'calls') return this.#callCount / (ratePerMs / 1000);
    if (metric === 'errors') return this.#errorCount / this.#callCount;
    const filled = [...this.#durations].filter(([, count]) => count > 0);
    const durationNs = DurationHistogram.from(filled).quantileNs(quantile);
    return durationNs === undefined ? undefined : durationNs / 1e6;
  }

  #add(row: OperationRow, sign: 1 | -1): void {
    this.#callCount += sign * row.callCount;
    this.#errorCount += sign * row.errorCount;
    for (const [bucket, count] of row.durations) {
      this.#durations.set(bucket, (this.#durations.get(bucket) ?? 0) + sign * count);
    }
  }
}
