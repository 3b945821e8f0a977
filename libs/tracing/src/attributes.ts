/**
 * Every attribute, event and metric name this library writes itself and that the stable semantic conventions do not
 * name. What the conventions name is imported from `@opentelemetry/semantic-conventions`.
 */
export const TracingAttribute = {
  /** Why an unfinished or repeated span looks as it does: how many equal siblings one span stands for. */
  foldedCount: 'tracelab.folded.count',
  foldedTotalMs: 'tracelab.folded.total_ms',
  foldedMaxMs: 'tracelab.folded.max_ms',
  /** The span was exported although the sampler had not chosen it: `error` or `slow`. */
  keptBecause: 'tracelab.kept',
  /** Words for people beside the span's name, as the execution tree shows them. */
  description: 'tracelab.description',
  nestRole: 'nest.role',
  nestPhase: 'nest.phase',
  nestClass: 'nest.class',
} as const;
