import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { OTLPTraceExporter as GrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { ExportResultCode } from '@opentelemetry/core';
import { ConsoleSpanExporter } from '@opentelemetry/sdk-trace';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { TracingConfig } from '../config.ts';

/** Where finished spans go. JSON unless told otherwise: every OTLP/HTTP backend takes it, and it costs half the CPU of protobuf here. */
export function exporterFor(config: TracingConfig): SpanExporter {
  if (config.exporter !== undefined) return config.exporter;
  if (config.exporterName === 'console') return new ConsoleSpanExporter();
  if (config.exporterName === 'none') return discarding;
  const { endpoint, exportTimeoutMs, protocol } = config;
  // The environment's own address has a form of its own for gRPC, which that exporter reads by itself.
  if (protocol === 'grpc') return new GrpcExporter({ timeoutMillis: exportTimeoutMs });
  const options = { url: endpoint, timeoutMillis: exportTimeoutMs };
  return protocol === 'http/protobuf' ? new ProtobufExporter(options) : new JsonExporter(options);
}

const discarding: SpanExporter = {
  export: (_spans, done) => {
    done({ code: ExportResultCode.SUCCESS });
  },
  shutdown: () => Promise.resolve(),
};
