import type { ActiveTrace, FinishedTrace as FinishedTraceBody, Step } from '@tracelab/contracts/perf-tracer';
import { elapsedNs, type Instant } from './clock.ts';
import { durationNs, type FinishedTrace, type RunningTrace, type StepRecord } from './trace.ts';

/** Nanoseconds become seconds once, at the very end. */
export const seconds = (ns: bigint): number => Number(ns) / 1e9;

/** ISO 8601 with microseconds and offset; a fraction of zero is left out, as Python leaves it out. */
export function isoTime(wallNs: bigint): string {
  const date = new Date(Number(wallNs / 1_000_000n)).toISOString().slice(0, 19);
  const micros = (wallNs / 1_000n) % 1_000_000n;
  return `${date}${micros === 0n ? '' : `.${String(micros).padStart(6, '0')}`}+00:00`;
}

/** Times inside a trace are shown as its start on the wall clock and what passed since: they agree with its durations. */
export const timeAt = ({ start }: RunningTrace, ns: bigint): string => isoTime(start.wallNs + ns);

export const stepBody = (trace: RunningTrace, { name, isTracked, atNs, durationNs }: StepRecord): Step => ({
  step_name: name,
  step_time: timeAt(trace, atNs),
  track_duration: isTracked,
  duration_seconds: seconds(durationNs),
});

export const finishedBody = (trace: FinishedTrace): FinishedTraceBody => ({
  trace_tag: trace.tag,
  trace_id: trace.id,
  start_time: timeAt(trace, 0n),
  end_time: timeAt(trace, trace.endNs),
  duration_seconds: seconds(durationNs(trace)),
  steps: trace.steps.map(step => stepBody(trace, step)),
});

export const activeBody = (trace: RunningTrace, now: Instant): ActiveTrace => ({
  trace_tag: trace.tag,
  trace_id: trace.id,
  start_time: timeAt(trace, 0n),
  elapsed_seconds: seconds(elapsedNs(trace.start, now)),
  step_count: trace.stepCount,
});
