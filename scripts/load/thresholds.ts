import { UsageError } from '../terminal/flags.ts';
import { type LoadReport, QUANTILES, rowOf, type ThresholdResult } from './report.ts';

type Counted = Pick<LoadReport, 'requests' | 'ratePerSecond' | 'errorRate' | 'latency'>;

interface Figure {
  readonly unit: ThresholdResult['unit'];
  /** Null where nothing was measured. */
  readonly of: (report: Counted) => number | null;
}

const ofLatency = (value: (report: Counted) => number | undefined): Figure => ({
  unit: 'ms',
  of: report => (report.latency.count === 0 ? null : (value(report) ?? null)),
});

const FIGURES: ReadonlyMap<string, Figure> = new Map([
  ...(Object.keys(QUANTILES) as (keyof typeof QUANTILES)[]).map(
    name => [name as string, ofLatency(({ latency }) => rowOf(latency, name)?.ms)] as const,
  ),
  ['min', ofLatency(({ latency }) => latency.minMs)],
  ['mean', ofLatency(({ latency }) => latency.meanMs)],
  ['errors', { unit: '%', of: ({ requests, errorRate }) => (requests === 0 ? null : errorRate * 100) }],
  ['rate', { unit: '/s', of: ({ ratePerSecond }) => ratePerSecond }],
]);

const COMPARISONS = {
  '<': (left: number, right: number) => left < right,
  '<=': (left: number, right: number) => left <= right,
  '>': (left: number, right: number) => left > right,
  '>=': (left: number, right: number) => left >= right,
} as const;

/** A figure that has to hold. */
export interface Threshold {
  readonly text: string;
  readonly figure: Figure;
  readonly comparison: keyof typeof COMPARISONS;
  readonly limit: number;
}

const SYNTAX = /^(\w+(?:\.\d+)?)\s*(<=|>=|<|>)\s*(\d+(?:\.\d+)?)\s*(ms|s|%|\/s)?$/;

/** `p99<250,errors<1%,rate>20`. Times are milliseconds unless they say `s`. Throws UsageError that names every fault. */
export function parseThresholds(list: string): Threshold[] {
  const faults: string[] = [];
  const thresholds = list
    .split(',')
    .map(text => text.trim())
    .filter(text => text !== '')
    .flatMap(text => {
      const threshold = parseThreshold(text);
      if (threshold === undefined)
        faults.push(`--thresholds ${text}: expected one of ${[...FIGURES.keys()].join(', ')}, as p99<250 or errors<1%`);
      return threshold ?? [];
    });
  if (faults.length > 0) throw new UsageError(faults);
  return thresholds;
}

function parseThreshold(text: string): Threshold | undefined {
  const [, name = '', comparison = '<', limit = '', unit] = SYNTAX.exec(text) ?? [];
  const figure = FIGURES.get(name);
  if (figure === undefined) return undefined;
  const isSeconds = unit === 's' && figure.unit === 'ms';
  if (unit !== undefined && unit !== figure.unit && !isSeconds) return undefined;
  return {
    text,
    figure,
    comparison: comparison as keyof typeof COMPARISONS,
    limit: Number(limit) * (isSeconds ? 1_000 : 1),
  };
}

/** What was not measured is not met. */
export function judge(thresholds: readonly Threshold[], report: Counted): ThresholdResult[] {
  return thresholds.map(({ text, figure, comparison, limit }) => {
    const actual = figure.of(report);
    return { text, actual, unit: figure.unit, isMet: actual !== null && COMPARISONS[comparison](actual, limit) };
  });
}
