import { counter, Span } from '@tracelab/tracing';

/** The attributes that this service writes; each key stands here and nowhere else. */
export const Key = {
  tag: 'perf.trace.tag',
  id: 'perf.trace.id',
  stepName: 'perf.step.name',
  stepCount: 'perf.trace.steps',
  stepsOmitted: 'perf.trace.steps_omitted',
  isTracked: 'perf.step.tracked',
  untrackedSeconds: 'perf.trace.untracked_seconds',
  durationSeconds: 'perf.trace.duration_seconds',
  exportedTraceId: 'perf.trace.exported_as',
} as const;

/** The events that this service tells. */
export const Event = { traceReplaced: 'trace.replaced', traceEnded: 'trace.ended' } as const;

export const finishedTraces = counter('perf_tracer.traces', { description: 'Finished traces.', unit: '{trace}' });

/** What the service does for a client, as a span. */
export const Operation = (name: string) => Span(`perf_tracer.${name}`);
