import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as GrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { ExportResultCode } from '@opentelemetry/core';
import { OTLPExporterBase, createOtlpNetworkExportDelegate } from '@opentelemetry/otlp-exporter-base';
import type { IOtlpExportDelegate } from '@opentelemetry/otlp-exporter-base';
import {
  convertLegacyHttpOptions,
  createOtlpHttpExportDelegate,
  createOtlpHttpExporterMetrics,
} from '@opentelemetry/otlp-exporter-base/node-http';
import type { OTLPExporterNodeConfigBase } from '@opentelemetry/otlp-exporter-base/node-http';
import type { IExporterMetricsHelper } from '@opentelemetry/otlp-transformer';
import { ConsoleSpanExporter } from '@opentelemetry/sdk-trace';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import type { TracingConfig } from '../config.ts';
import { HttpTransport } from './http-transport.ts';
import { ExporterOutlet } from './outlet.ts';
import type { Outlet } from './outlet.ts';
import { TraceEncoder } from './trace-encoder.ts';
import type { PackedSpan } from './trace-encoder.ts';

/** Where finished spans go: protobuf over HTTP unless told otherwise, which is OpenTelemetry's default and the cheapest here. */
export function outletFor(config: TracingConfig): Outlet<unknown> {
  if (config.exporter !== undefined) return new ExporterOutlet(config.exporter);
  if (config.exporterName === 'console') return new ExporterOutlet(new ConsoleSpanExporter());
  if (config.exporterName === 'none') return new ExporterOutlet(discarding);
  const { endpoint, exportTimeoutMs, protocol } = config;
  const options = { url: endpoint, timeoutMillis: exportTimeoutMs };
  if (protocol === 'grpc') return new ExporterOutlet(new GrpcExporter(options));
  return protocol === 'http/json'
    ? new ExporterOutlet(new JsonExporter(options), { isJson: true })
    : new ProtobufOutlet(options, new TraceEncoder());
}

const CONTENT_TYPE = 'application/x-protobuf';
const counting: IExporterMetricsHelper<PackedSpan[]> = { name: 'span', countItems: spans => spans.length };

/** OpenTelemetry's own settings and delegate, with our encoding, and our sending where nothing is compressed. */
class ProtobufOutlet extends OTLPExporterBase<PackedSpan[]> implements Outlet<PackedSpan> {
  readonly contentType = CONTENT_TYPE;
  readonly #encoder: TraceEncoder;

  constructor(options: OTLPExporterNodeConfigBase, encoder: TraceEncoder) {
    super(delegateOf(options, encoder));
    this.#encoder = encoder;
  }

  pack(span: ReadableSpan): PackedSpan {
    return this.#encoder.pack(span);
  }

  bodyOf(spans: PackedSpan[]): Uint8Array {
    return this.#encoder.serializeRequest(spans);
  }
}

function delegateOf(options: OTLPExporterNodeConfigBase, encoder: TraceEncoder): IOtlpExportDelegate<PackedSpan[]> {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- OpenTelemetry's exporters have no other way yet
  const settings = convertLegacyHttpOptions(options, 'TRACES', 'v1/traces', { 'content-type': CONTENT_TYPE });
  const type = 'otlp_http_span_exporter';
  if (settings.compression !== 'none')
    return createOtlpHttpExportDelegate(settings, encoder, type, counting, undefined);
  const metrics = createOtlpHttpExporterMetrics(type, counting, settings.url, undefined);
  return createOtlpNetworkExportDelegate(settings, encoder, metrics, new HttpTransport(settings));
}

const discarding: SpanExporter = {
  export: (_spans, done) => {
    done({ code: ExportResultCode.SUCCESS });
  },
  shutdown: () => Promise.resolve(),
};
