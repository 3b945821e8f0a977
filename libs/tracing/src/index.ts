/** OpenTelemetry for Nest and Fastify: start, spans, attributes, events, metrics, log ids. */
export { startTracing, type Tracing } from './start-tracing.ts';
export type { ClientLibrary, Detail, TracingOptions } from './config.ts';
export type { KeepRule, RouteRule, Sampling } from './sampling/sampling.ts';
export { loadInstrumentations } from './load-instrumentations.ts';
export { withSpan, type ActiveSpan, type SpanRole, type WithSpanOptions } from './with-span.ts';
export { Span, type SpanDecorator, type SpanOptions } from './span-decorator.ts';
export {
  addEvent,
  baggageValue,
  currentSpanId,
  currentTraceId,
  recordError,
  setAttribute,
  setAttributes,
  withBaggage,
  type RecordErrorOptions,
} from './active-span.ts';
export { logMixin, type LogIds } from './log-mixin.ts';
export { logOptions } from './log-options.ts';
export { recordExecution } from './record-execution.ts';
export { recordSpanTree, type PastSpan } from './record-span-tree.ts';
export { executionTree, type ExecutionNode, type ExecutionTree } from './execution-tree.ts';
export {
  counter,
  histogram,
  metricsContentType,
  metricsText,
  type Counter,
  type Histogram,
  type MetricOptions,
} from './metrics.ts';
export { REDACTED, isSecretKey, redactRecord, redactText } from './redact.ts';
export type { SpanQueueStats } from './export/span-queue.ts';
