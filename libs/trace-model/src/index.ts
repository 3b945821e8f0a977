// What a trace is, and the pure algorithms over it: no I/O, no clock, nothing of Node's.
export {
  type Attribute,
  attributeOf,
  type AttributeValue,
  base64Of,
  bytesOfBase64,
  EncodedText,
  exactInt,
  plainOf,
  textOf,
} from './attribute-value.ts';
export {
  compareTraces,
  compareWithGroup,
  type PathDeviation,
  type PathDifference,
  type PathTotal,
} from './compare-traces.ts';
export { criticalPath, criticalTimeNs, type PathSection } from './critical-path.ts';
export {
  type CallFacts,
  dependencyEdges,
  type Edge,
  type EdgeKind,
  type EdgeStatistics,
  EdgeTable,
  PEER_ATTRIBUTES,
  peerEdge,
  type PeerFacts,
} from './dependencies.ts';
export { isDetached } from './detached-child.ts';
export { diagnoseNode, diagnoseTrace, type Finding, TRACE_FAULTS, type TraceFault } from './diagnose.ts';
export { type BucketCount, DurationHistogram } from './duration-histogram.ts';
export { JsonBytes } from './json-bytes.ts';
export { lazySpansFromOtlp, someDetail } from './lazy-spans.ts';
export {
  otlpFromSpans,
  type OtlpAttribute,
  type OtlpResourceSpans,
  type OtlpSpan,
  type OtlpTraces,
  type OtlpValue,
  spansFromOtlp,
} from './otlp-json.ts';
export { otlpBytesOf, writeOtlp } from './otlp-bytes.ts';
export { operationStatistics, type OperationStatistics, OperationTable } from './red.ts';
export { selfTimeNs } from './self-time.ts';
export { serviceHue } from './service-hue.ts';
export { EMPTY_SPAN_NAME, MISSING_SERVICE_NAMES, serviceNameOf } from './service-name.ts';
export {
  type Resource,
  type Scope,
  type Span,
  SPAN_KINDS,
  type SpanEvent,
  type SpanKind,
  type SpanLink,
  STATUS_CODES,
  type StatusCode,
} from './span.ts';
export { stepOf, traceShape } from './trace-shape.ts';
export { type ServiceCount, summaryOf, type TraceSummary } from './trace-summary.ts';
export { type SpanNode, type Trace, traceTree } from './trace-tree.ts';
