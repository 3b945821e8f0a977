import { HubDependencies, HubRed } from '@tracelab/contracts/trace-query';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { boundsOf, type TimeRange } from '../model/time-range.ts';
import { askHub, hubPath } from './ask-hub.ts';

const REFRESH_MS = 15_000;

/** The window in milliseconds; the epoch stands for the beginning of all time. */
export function windowOf(range: TimeRange, nowMs: number): { readonly startMs: number; readonly endMs: number } {
  const { startMs = 0, endMs = nowMs } = boundsOf(range, nowMs);
  return { startMs, endMs };
}

/** Who calls whom. */
export function useDependencies(range: TimeRange) {
  return useQuery({
    queryKey: ['dependencies', range],
    queryFn: ({ signal }) =>
      askHub(hubPath('/api/hub/dependencies', windowOf(range, Date.now())), HubDependencies, signal),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });
}

const WANTED_POINTS = 120;
const LEAST_STEP_MS = 10_000;

/** Rate, errors and durations of every operation. */
export function useRed(range: TimeRange) {
  return useQuery({
    queryKey: ['red', range],
    queryFn: async ({ signal }) => {
      const { startMs, endMs } = windowOf(range, Date.now());
      // The store counts in steps of ten seconds, so finer ones would show holes.
      const stepMs = Math.max(
        LEAST_STEP_MS,
        Math.ceil((endMs - startMs) / WANTED_POINTS / LEAST_STEP_MS) * LEAST_STEP_MS,
      );
      const path = hubPath('/api/hub/red', { startMs, endMs, stepMs: Math.min(stepMs, 3_600_000) });
      return { ...(await askHub(path, HubRed, signal)), startMs, endMs };
    },
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });
}
