import { recordSpanTree, setAttributes, type PastSpan } from '@tracelab/tracing';
import { Key } from '../telemetry.ts';
import { durationNs, type FinishedTrace, type StepRecord } from './trace.ts';
import { seconds } from './wire.ts';

// As many as a backend shows and a sender's queue takes without dropping those of others.
const EXPORTED_STEPS = 1_000;

/** Shows a finished trace to the trace backend: one span for the whole, and below it one for each step, with the real times. */
export function exportTrace(trace: FinishedTrace): void {
  const { steps, start } = trace;
  const omitted = Math.max(0, steps.length - EXPORTED_STEPS);
  const traceId = recordSpanTree({
    name: trace.tag === '' ? 'trace' : trace.tag,
    startNs: start.wallNs,
    endNs: start.wallNs + trace.endNs,
    attributes: {
      [Key.tag]: trace.tag,
      ...(trace.id !== null && { [Key.id]: trace.id }),
      [Key.stepCount]: steps.length,
      [Key.durationSeconds]: seconds(durationNs(trace)),
      [Key.untrackedSeconds]: seconds(trace.untrackedNs),
      ...(omitted > 0 && { [Key.stepsOmitted]: omitted }),
    },
    children: steps.slice(0, EXPORTED_STEPS).map(step => spanOf(trace, step)),
  });
  if (traceId !== undefined) setAttributes({ [Key.exportedTraceId]: traceId });
}

function spanOf({ start }: FinishedTrace, { name, isTracked, atNs, durationNs: tookNs }: StepRecord): PastSpan {
  const endNs = start.wallNs + atNs;
  return {
    name: name === '' ? 'step' : name,
    startNs: endNs - tookNs,
    endNs,
    attributes: { [Key.stepName]: name, [Key.isTracked]: isTracked },
  };
}
