import type { ExportResult } from '@opentelemetry/core';
import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';

/** Where finished spans go, and the form in which they wait until they do. */
export interface Outlet<Waiting> {
  pack(span: ReadableSpan): Waiting;
  export(spans: Waiting[], done: (result: ExportResult) => void): void;
  /** What an HTTP request would carry; undefined where the spans do not go over HTTP. */
  bodyOf(spans: Waiting[]): Uint8Array | undefined;
  readonly contentType: string;
  shutdown(): Promise<void>;
}

/** Any exporter of OpenTelemetry's: its spans wait as they are. */
export class ExporterOutlet implements Outlet<ReadableSpan> {
  readonly contentType = 'application/json';
  readonly #exporter: SpanExporter;
  readonly #isJson: boolean;

  constructor(exporter: SpanExporter, { isJson = false } = {}) {
    this.#exporter = exporter;
    this.#isJson = isJson;
  }

  pack(span: ReadableSpan): ReadableSpan {
    return span;
  }

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    this.#exporter.export(spans, done);
  }

  bodyOf(spans: ReadableSpan[]): Uint8Array | undefined {
    return this.#isJson ? JsonTraceSerializer.serializeRequest(spans) : undefined;
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }
}
