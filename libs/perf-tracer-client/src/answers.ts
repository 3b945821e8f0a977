// What perf-tracer answers. A test holds these to the contract; a dependency on it would weigh more than the client.

export interface TraceStarted {
  readonly message: 'Trace started';
  readonly trace_tag: string;
  readonly trace_id: string | null;
  readonly start_time: string;
}

export interface Step {
  readonly step_name: string;
  readonly step_time: string;
  readonly track_duration: boolean;
  /** Since the step before, or the start. */
  readonly duration_seconds: number;
}

export interface StepAdded extends Step {
  readonly message: 'Step added';
  readonly trace_tag: string;
  readonly trace_id: string | null;
}

export interface StepsAdded {
  readonly message: 'Steps added';
  readonly trace_tag: string;
  readonly trace_id: string | null;
  readonly steps: readonly Step[];
}

export interface FinishedTrace {
  readonly trace_tag: string;
  readonly trace_id: string | null;
  readonly start_time: string;
  readonly end_time: string;
  /** Without the steps that were not tracked. */
  readonly duration_seconds: number;
  readonly steps: readonly Step[];
}

export interface TraceEnded extends FinishedTrace {
  readonly message: 'Trace ended';
}

export interface DurationStatistics {
  readonly count: number;
  readonly min_seconds: number | null;
  readonly mean_seconds: number | null;
  readonly p50_seconds: number | null;
  readonly p95_seconds: number | null;
  readonly p99_seconds: number | null;
  readonly max_seconds: number | null;
}

export interface TraceSummary {
  readonly trace_tag: string;
  readonly total: DurationStatistics;
  readonly steps: readonly (DurationStatistics & { readonly step_name: string })[];
}
