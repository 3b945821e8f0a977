import { otlpFromSpans, type Span } from '@tracelab/trace-model';

/** A span as OTLP JSON, with its resource and scope, indented for reading. */
export const spanJson = (span: Span): string => JSON.stringify(otlpFromSpans([span]), undefined, 2);
