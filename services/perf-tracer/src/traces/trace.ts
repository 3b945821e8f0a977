import { elapsedNs, type Instant } from './clock.ts';

/** Names a trace. No id and an empty one are the tag's default trace. */
export interface TraceName {
  readonly tag: string;
  readonly id: string | null;
}

/** A trace that runs. All times are integer nanoseconds since its start. */
export interface RunningTrace extends TraceName {
  readonly start: Instant;
  /** The last step, or 0. */
  readonly lastNs: bigint;
  readonly untrackedNs: bigint;
  readonly stepCount: number;
}

export interface StepRecord {
  readonly name: string;
  readonly isTracked: boolean;
  readonly atNs: bigint;
  /** Since the step before, or the start. */
  readonly durationNs: bigint;
}

export interface FinishedTrace extends RunningTrace {
  readonly endNs: bigint;
  readonly steps: readonly StepRecord[];
}

export interface NewStep {
  readonly name: string;
  readonly isTracked: boolean;
  /** How long before it was told the step happened. */
  readonly ageNs: bigint;
}

/** What an operation makes of a running trace. */
export interface Advance {
  readonly trace: RunningTrace;
  readonly added: readonly StepRecord[];
  /** Where the operation ends the trace. */
  readonly endNs?: bigint;
}

/** One key for each trace, and one trace for each key, whatever characters tag and id are made of. */
export const keyOf = ({ tag, id }: TraceName): string => JSON.stringify([tag, id === '' ? null : id]);

export const startedAt = ({ tag, id }: TraceName, start: Instant): RunningTrace => ({
  tag,
  id,
  start,
  lastNs: 0n,
  untrackedNs: 0n,
  stepCount: 0,
});

/** Time never runs backwards inside a trace: an instant before the last step counts as that step's. */
const timeOf = ({ start, lastNs }: RunningTrace, now: Instant, ageNs = 0n): bigint => {
  const ns = elapsedNs(start, now) - ageNs;
  return ns > lastNs ? ns : lastNs;
};

export function addSteps(trace: RunningTrace, steps: readonly NewStep[], now: Instant): Advance {
  let reached = trace;
  const added: StepRecord[] = [];
  for (const { name, isTracked, ageNs } of steps) {
    const atNs = timeOf(reached, now, ageNs);
    const durationNs = atNs - reached.lastNs;
    added.push({ name, isTracked, atNs, durationNs });
    reached = {
      ...reached,
      lastNs: atNs,
      untrackedNs: reached.untrackedNs + (isTracked ? 0n : durationNs),
      stepCount: reached.stepCount + 1,
    };
  }
  return { trace: reached, added };
}

export const end = (trace: RunningTrace, now: Instant): Advance => ({ trace, added: [], endNs: timeOf(trace, now) });

/** A last step and the end are one instant. */
export const endWith = (advance: Advance): Advance => ({ ...advance, endNs: advance.trace.lastNs });

export const durationNs = ({ endNs, untrackedNs }: FinishedTrace): bigint => endNs - untrackedNs;
