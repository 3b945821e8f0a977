import type { HubRed } from '@tracelab/contracts/trace-query';

export type RedOperation = HubRed['operations'][number];

/** One step of time of what the reader looks at: an operation, or all of a service. */
export interface RedPoint {
  readonly startMs: number;
  readonly perSecond: number;
  readonly errorShare: number;
  /** Of several operations the slowest's, since quantiles do not add up. */
  readonly p95Ns: number;
}

/** What a monitor shows: work that came from outside, or everything. */
export const isEntry = ({ kind }: RedOperation): boolean => kind === 'server' || kind === 'consumer';

/** The points of some operations added up, with the steps in which nothing happened. */
export function redPoints(
  operations: readonly RedOperation[],
  red: Pick<HubRed, 'stepMs'> & { startMs: number; endMs: number },
): RedPoint[] {
  const { stepMs, startMs, endMs } = red;
  const byStart = Map.groupBy(
    operations.flatMap(operation => operation.points),
    point => point.startMs,
  );
  const known = [...byStart.keys()];
  const first = Math.floor(Math.max(startMs, Math.min(...known, endMs) - stepMs) / stepMs);
  const last = Math.floor((endMs - 1) / stepMs);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => {
    const own = byStart.get((first + at) * stepMs) ?? [];
    const callCount = own.reduce((sum, point) => sum + point.callCount, 0);
    const errorCount = own.reduce((sum, point) => sum + point.errorCount, 0);
    return {
      startMs: (first + at) * stepMs,
      perSecond: callCount / (stepMs / 1000),
      errorShare: callCount === 0 ? 0 : errorCount / callCount,
      p95Ns: own.reduce((most, point) => Math.max(most, point.p95Ms), 0) * 1e6,
    };
  });
}

export const operationKey = ({ service, operation, kind }: RedOperation): string => `${service}|${operation}|${kind}`;
