import { loadAgentConfig } from '../config.ts';
import type { ExporterKind } from '../config.ts';

export interface TracingEndpoint {
  readonly exporter: ExporterKind;
  readonly url: string;
  readonly protocol: 'http' | 'grpc' | 'zipkin';
}

/** Where a program with this environment would send its spans. */
export function loadTracingEndpoint(env: NodeJS.ProcessEnv): TracingEndpoint {
  const { exporter, endpoint } = loadAgentConfig(env);
  const base = endpoint ?? env['OTEL_EXPORTER_OTLP_ENDPOINT']?.replace(/\/+$/, '');
  if (exporter === 'zipkin')
    return { exporter, url: `${endpoint ?? 'http://localhost:9411'}/api/v2/spans`, protocol: 'zipkin' };
  if (exporter === 'otlp-grpc') return { exporter, url: base ?? 'http://localhost:4317', protocol: 'grpc' };
  const traces = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] ?? env['OTLP_ENDPOINT'];
  const jaeger = `http://${env['JAEGER_HOST'] ?? 'localhost'}:${env['JAEGER_PORT'] ?? '4318'}`;
  const url = endpoint === undefined && traces !== undefined ? traces : `${base ?? jaeger}/v1/traces`;
  return { exporter, url, protocol: 'http' };
}
