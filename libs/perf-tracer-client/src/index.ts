/** Times traces over HTTP with perf-tracer, from browsers and from Node. */
export { RemoteTrace, type CallOptions, type RemoteTraceOptions, type StepOptions } from './remote-trace.ts';
export { RemoteTraceError, type RemoteTraceFailure } from './remote-trace-error.ts';
export type {
  DurationStatistics,
  FinishedTrace,
  Step,
  StepAdded,
  StepsAdded,
  TraceEnded,
  TraceStarted,
  TraceSummary,
} from './answers.ts';
