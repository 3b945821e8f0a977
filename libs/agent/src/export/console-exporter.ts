import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { ExportResultCode } from '@opentelemetry/core';
import type { ExportResult } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import { writeError } from '../report/agent-log.ts';

/** Writes each span as one line of JSON on standard error: standard output is the program's. */
export class ConsoleExporter implements SpanExporter {
  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    for (const span of spans) writeError(`${JSON.stringify(shown(span))}\n`);
    done({ code: ExportResultCode.SUCCESS });
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}

function shown(span: ReadableSpan): Readonly<Record<string, unknown>> {
  const { traceId, spanId } = span.spanContext();
  const [seconds, nanos] = span.duration;
  return {
    span: span.name,
    kind: SpanKind[span.kind],
    traceId,
    spanId,
    parentSpanId: span.parentSpanContext?.spanId,
    durationMs: Number((seconds * 1e3 + nanos / 1e6).toFixed(3)),
    status: SpanStatusCode[span.status.code],
    attributes: span.attributes,
  };
}
