import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { problemType } from './problem.ts';

const NAME_LIMIT = 1_024;
const Name = z.string().max(NAME_LIMIT);

/** Which trace: a tag, and an id where several of one tag run at a time. No id, null and '' are all the tag's default trace. */
export const TraceRef = z
  .object({ trace_tag: Name, trace_id: Name.nullable().default(null) })
  .meta({ id: 'TraceRef', examples: [{ trace_tag: 'my-feature', trace_id: null }] });
export type TraceRef = z.output<typeof TraceRef>;

export const AddStep = TraceRef.extend({
  step_name: Name,
  /** False: the interval that ends at this step is not part of the trace's duration. */
  track_duration: z.boolean().default(true),
  end_trace: z.boolean().default(false),
}).meta({ id: 'AddStep', examples: [{ trace_tag: 'my-feature', step_name: 'step-1' }] });
export type AddStep = z.output<typeof AddStep>;

/** A step that the client timed. */
export const TimedStep = z.object({
  step_name: Name,
  track_duration: z.boolean().default(true),
  /** How long before it sent the request the step happened, by a clock that never jumps. */
  age_seconds: z.number().min(0).max(1e9).default(0),
});
export type TimedStep = z.output<typeof TimedStep>;

const BATCH_LIMIT = 1_000;

export const AddSteps = TraceRef.extend({
  /** In the order in which they happened. */
  steps: z.array(TimedStep).min(1).max(BATCH_LIMIT),
  end_trace: z.boolean().default(false),
}).meta({
  id: 'AddSteps',
  examples: [
    { trace_tag: 'my-feature', steps: [{ step_name: 'fetched', age_seconds: 1.2 }, { step_name: 'painted' }] },
  ],
});
export type AddSteps = z.output<typeof AddSteps>;

const Time = z.iso.datetime({ offset: true }).meta({ examples: ['2026-11-20T21:56:32.100321+00:00'] });
const Seconds = z.number().meta({ examples: [0.25] });
const OptionalId = z.string().nullable();

const STEP = {
  step_name: 'step-1',
  step_time: '2026-11-20T21:56:32.350321+00:00',
  track_duration: true,
  duration_seconds: 0.25,
};
const NAMED = { trace_tag: 'my-feature', trace_id: null };
const STARTED = { ...NAMED, start_time: '2026-11-20T21:56:32.100321+00:00' };
const FINISHED = { ...STARTED, end_time: STEP.step_time, duration_seconds: 0.25, steps: [STEP] };

export const Step = z
  .object({ step_name: z.string(), step_time: Time, track_duration: z.boolean(), duration_seconds: Seconds })
  .meta({ id: 'Step', examples: [STEP] });
export type Step = z.infer<typeof Step>;

export const FinishedTrace = z
  .object({
    trace_tag: z.string(),
    trace_id: OptionalId,
    start_time: Time,
    end_time: Time,
    /** From start to end, without the steps that were not tracked. */
    duration_seconds: Seconds,
    steps: z.array(Step),
  })
  .meta({ id: 'FinishedTrace', examples: [FINISHED] });
export type FinishedTrace = z.infer<typeof FinishedTrace>;

export const ActiveTrace = z
  .object({
    trace_tag: z.string(),
    trace_id: OptionalId,
    start_time: Time,
    elapsed_seconds: Seconds,
    step_count: z.int(),
  })
  .meta({ id: 'ActiveTrace', examples: [{ ...STARTED, elapsed_seconds: 0.3, step_count: 1 }] });
export type ActiveTrace = z.infer<typeof ActiveTrace>;

export const TraceStarted = z
  .object({
    message: z.literal('Trace started'),
    trace_tag: z.string(),
    trace_id: OptionalId,
    start_time: Time,
  })
  .meta({ id: 'TraceStarted', examples: [{ message: 'Trace started', ...STARTED }] });
export type TraceStarted = z.infer<typeof TraceStarted>;

export const StepAdded = z
  .object({
    message: z.literal('Step added'),
    trace_tag: z.string(),
    trace_id: OptionalId,
    ...Step.shape,
  })
  .meta({ id: 'StepAdded', examples: [{ message: 'Step added', ...NAMED, ...STEP }] });
export type StepAdded = z.infer<typeof StepAdded>;

export const StepsAdded = z
  .object({
    message: z.literal('Steps added'),
    trace_tag: z.string(),
    trace_id: OptionalId,
    steps: z.array(Step),
  })
  .meta({ id: 'StepsAdded', examples: [{ message: 'Steps added', ...NAMED, steps: [STEP] }] });
export type StepsAdded = z.infer<typeof StepsAdded>;

export const TraceEnded = z
  .object({ message: z.literal('Trace ended'), ...FinishedTrace.shape })
  .meta({ id: 'TraceEnded', examples: [{ message: 'Trace ended', ...FINISHED }] });
export type TraceEnded = z.infer<typeof TraceEnded>;

const STATISTICS = {
  count: 1,
  min_seconds: 0.25,
  mean_seconds: 0.25,
  p50_seconds: 0.25,
  p95_seconds: 0.25,
  p99_seconds: 0.25,
  max_seconds: 0.25,
};

/** Percentiles are durations that occurred (nearest rank). All but the count are null where nothing was measured. */
export const DurationStatistics = z.object({
  count: z.int(),
  min_seconds: Seconds.nullable(),
  mean_seconds: Seconds.nullable(),
  p50_seconds: Seconds.nullable(),
  p95_seconds: Seconds.nullable(),
  p99_seconds: Seconds.nullable(),
  max_seconds: Seconds.nullable(),
});
export type DurationStatistics = z.infer<typeof DurationStatistics>;

export const TraceSummary = z
  .object({
    trace_tag: z.string(),
    total: DurationStatistics,
    /** By name, in the order in which the names were first seen; the first 10,000 names. */
    steps: z.array(DurationStatistics.extend({ step_name: z.string() })),
  })
  .meta({
    id: 'TraceSummary',
    examples: [{ trace_tag: 'my-feature', total: STATISTICS, steps: [{ step_name: 'step-1', ...STATISTICS }] }],
  });
export type TraceSummary = z.infer<typeof TraceSummary>;

/** What is wrong with one value, as FastAPI tells it. */
export const ValidationDetail = z.object({
  type: z.string(),
  loc: z.array(z.union([z.string(), z.int()])),
  msg: z.string(),
  input: z.unknown(),
  ctx: z.record(z.string(), z.unknown()).optional(),
});
export type ValidationDetail = z.infer<typeof ValidationDetail>;

/** The body of every error of these endpoints: not a problem, but what FastAPI says, since clients of it exist. */
export const Detail = z
  .object({ detail: z.union([z.string(), z.array(ValidationDetail)]) })
  .meta({ id: 'Detail', examples: [{ detail: 'Trace not found.' }] });
export type Detail = z.infer<typeof Detail>;

export const TagParams = z.object({ trace_tag: Name.meta({ examples: ['my-feature'] }) });
export type TagParams = z.output<typeof TagParams>;

export const ActiveTraceQuery = z.object({
  trace_id: Name.nullable()
    .default(null)
    .meta({ description: "One trace of the tag; the tag's default trace if absent" }),
});
export type ActiveTraceQuery = z.output<typeof ActiveTraceQuery>;

/** The body of a 204. */
const Nothing = z.unknown();

export const TraceNotFound = problemType({ code: 'TraceNotFound', kind: 'not-found', title: 'Trace not found.' });
export const TraceFull = problemType({ code: 'TraceFull', kind: 'too-large', title: 'The trace has too many steps.' });

export const startTrace = endpoint({
  method: 'POST',
  path: '/api/tracing/start',
  summary: 'Start a trace; one that runs under the same tag and id is replaced',
  body: TraceRef,
  response: TraceStarted,
  errorBody: Detail,
});

export const addStep = endpoint({
  method: 'POST',
  path: '/api/tracing/step',
  summary: 'Add a step; with end_trace also end the trace, at the same instant',
  body: AddStep,
  response: z.union([StepAdded, TraceEnded]).meta({ examples: [{ message: 'Step added', ...NAMED, ...STEP }] }),
  errors: [TraceNotFound, TraceFull],
  errorBody: Detail,
});

export const addSteps = endpoint({
  method: 'POST',
  path: '/api/tracing/steps',
  summary: 'Add steps that the client timed, all or none; fit for sendBeacon',
  body: AddSteps,
  response: z.union([StepsAdded, TraceEnded]).meta({ examples: [{ message: 'Steps added', ...NAMED, steps: [STEP] }] }),
  errors: [TraceNotFound, TraceFull],
  errorBody: Detail,
});

export const endTrace = endpoint({
  method: 'POST',
  path: '/api/tracing/end',
  summary: 'End a trace and keep its result',
  body: TraceRef,
  response: TraceEnded,
  errors: [TraceNotFound],
  errorBody: Detail,
});

export const listActiveTraces = endpoint({
  method: 'GET',
  path: '/api/tracing/active',
  summary: 'The traces that were started and not ended, the latest 1,000, oldest first',
  response: z.array(ActiveTrace),
  errorBody: Detail,
});

export const deleteActiveTrace = endpoint({
  method: 'DELETE',
  path: '/api/tracing/active/{trace_tag}',
  summary: 'Drop a trace that runs; nothing is kept of it',
  params: TagParams,
  query: ActiveTraceQuery,
  response: Nothing,
  status: 204,
  errorBody: Detail,
});

export const listTraceTags = endpoint({
  method: 'GET',
  path: '/api/traces',
  summary: 'The tags with at least one finished trace, in the order of their first completion',
  response: z.array(z.string()).meta({ examples: [['my-feature']] }),
  errorBody: Detail,
});

export const listFinishedTraces = endpoint({
  method: 'GET',
  path: '/api/traces/{trace_tag}',
  summary: 'The finished traces of a tag, in the order of completion',
  params: TagParams,
  response: z.array(FinishedTrace),
  errorBody: Detail,
});

export const summarizeTraces = endpoint({
  method: 'GET',
  path: '/api/traces/{trace_tag}/summary',
  summary: 'Count, minimum, mean, percentiles and maximum of each step and of the whole',
  params: TagParams,
  response: TraceSummary,
  errorBody: Detail,
});

export const deleteFinishedTraces = endpoint({
  method: 'DELETE',
  path: '/api/traces/{trace_tag}',
  summary: 'Drop the finished traces of a tag; those that run go on',
  params: TagParams,
  response: Nothing,
  status: 204,
  errorBody: Detail,
});

/** All of it, for whoever passes these endpoints on. */
export const perfTracerEndpoints = [
  startTrace,
  addStep,
  addSteps,
  endTrace,
  listActiveTraces,
  deleteActiveTrace,
  listTraceTags,
  listFinishedTraces,
  summarizeTraces,
  deleteFinishedTraces,
] as const;
