import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as GrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { ExportResultCode } from '@opentelemetry/core';
import { OTLPExporterBase } from '@opentelemetry/otlp-exporter-base';
import { convertLegacyHttpOptions, createOtlpHttpExportDelegate } from '@opentelemetry/otlp-exporter-base/node-http';
import type { OTLPExporterNodeConfigBase } from '@opentelemetry/otlp-exporter-base/node-http';
import { TraceExporterMetricsHelper } from '@opentelemetry/otlp-transformer';
import { ConsoleSpanExporter } from '@opentelemetry/sdk-trace';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import type { TracingConfig } from '../config.ts';
import { TraceEncoder } from './trace-encoder.ts';

/** Where finished spans go: protobuf over HTTP unless told otherwise, which is OpenTelemetry's default and the cheapest here. */
export function exporterFor(config: TracingConfig): SpanExporter {
  if (config.exporter !== undefined) return config.exporter;
  if (config.exporterName === 'console') return new ConsoleSpanExporter();
  if (config.exporterName === 'none') return discarding;
  const { endpoint, exportTimeoutMs, protocol } = config;
  // The environment's own address has a form of its own for gRPC, which that exporter reads by itself.
  if (protocol === 'grpc') return new GrpcExporter({ timeoutMillis: exportTimeoutMs });
  const options = { url: endpoint, timeoutMillis: exportTimeoutMs };
  return protocol === 'http/json' ? new JsonExporter(options) : new ProtobufExporter(options);
}

/** OpenTelemetry's own transport, retries and settings, with our encoding. */
class ProtobufExporter extends OTLPExporterBase<ReadableSpan[]> {
  constructor(options: OTLPExporterNodeConfigBase) {
    const headers = { 'content-type': 'application/x-protobuf' };
    super(
      createOtlpHttpExportDelegate(
        // eslint-disable-next-line @typescript-eslint/no-deprecated -- OpenTelemetry's exporters have no other way yet
        convertLegacyHttpOptions(options, 'TRACES', 'v1/traces', headers),
        new TraceEncoder(),
        'otlp_http_span_exporter',
        TraceExporterMetricsHelper,
        undefined,
      ),
    );
  }
}

const discarding: SpanExporter = {
  export: (_spans, done) => {
    done({ code: ExportResultCode.SUCCESS });
  },
  shutdown: () => Promise.resolve(),
};
