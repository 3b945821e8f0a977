import type { V3Summary } from '@tracelab/contracts/trace-query';

/** A found trace as the list and the plot show it. */
export interface TraceLine {
  readonly traceId: string;
  readonly rootService: string;
  readonly rootOperation: string;
  readonly startMs: number;
  readonly durationNs: number;
  readonly spanCount: number;
  readonly errorCount: number;
  readonly orphanCount: number;
  readonly services: readonly string[];
}

export function traceLine(summary: V3Summary): TraceLine {
  const startNs = BigInt(summary.minStartTimeUnixNano);
  const services = summary.services.map(({ name }) => name);
  const root = summary.rootServiceName;
  return {
    traceId: summary.traceId,
    rootService: root,
    rootOperation: summary.rootOperationName === '' ? 'root span not received' : summary.rootOperationName,
    startMs: Number(startNs / 1000n) / 1000,
    durationNs: Number(BigInt(summary.maxEndTimeUnixNano) - startNs),
    spanCount: summary.spanCount,
    errorCount: summary.errorSpanCount,
    orphanCount: summary.orphanSpanCount,
    // The root's service first, as the reader meets them.
    services: [...services].sort((left, right) => Number(right === root) - Number(left === root)),
  };
}

export const SORT_ORDERS = ['newest', 'slowest', 'most spans'] as const;
export type SortOrder = (typeof SORT_ORDERS)[number];

/** The hub's name for each order. */
export const HUB_SORTS = { newest: 'start', slowest: 'duration', 'most spans': 'spans' } as const;

const BY: Readonly<Record<SortOrder, (line: TraceLine) => number>> = {
  newest: line => line.startMs,
  slowest: line => line.durationNs,
  'most spans': line => line.spanCount,
};

/** Found and newly arrived traces as one list without repetition, in order. What arrived tells the newer state. */
export function mergeLines(found: readonly TraceLine[], arrived: readonly TraceLine[], order: SortOrder): TraceLine[] {
  const byId = new Map([...found, ...arrived].map(line => [line.traceId, line]));
  const value = BY[order];
  const merged = [...byId.values()];
  // Pages come in order, so there is nothing to sort unless something was pushed in between.
  return arrived.length === 0 ? merged : merged.sort((left, right) => value(right) - value(left));
}

export interface LineStatistics {
  readonly count: number;
  readonly p50Ns: number;
  readonly p99Ns: number;
  readonly longestNs: number;
  readonly errorShare: number;
}

export function lineStatistics(lines: readonly TraceLine[]): LineStatistics {
  const durations = Float64Array.from(lines, line => line.durationNs).sort();
  const quantile = (share: number) => durations[Math.max(0, Math.ceil(share * durations.length) - 1)] ?? 0;
  return {
    count: lines.length,
    p50Ns: quantile(0.5),
    p99Ns: quantile(0.99),
    longestNs: durations.at(-1) ?? 0,
    errorShare: lines.length === 0 ? 0 : lines.filter(line => line.errorCount > 0).length / lines.length,
  };
}
