import { loadTracingConfig } from '@tracelab/tracing/instrumenting';
import { forwardToExporters, loadAgentConfig } from '../config.ts';
import type { ExporterKind } from '../config.ts';

export interface TracingEndpoint {
  readonly exporter: ExporterKind;
  readonly url: string;
  readonly protocol: 'http' | 'grpc' | 'zipkin';
  /** What was wrong and is not used, each with its remedy. */
  readonly faults: readonly string[];
}

/** Where a program with this environment would send its spans. */
export function loadTracingEndpoint(env: NodeJS.ProcessEnv): TracingEndpoint {
  const config = loadAgentConfig(env);
  const { exporter, endpoint, faults } = config;
  if (exporter === 'zipkin')
    return { exporter, url: `${endpoint ?? 'http://localhost:9411'}/api/v2/spans`, protocol: 'zipkin', faults };
  const protocol = exporter === 'otlp-grpc' ? 'grpc' : 'http';
  const forwarded = { ...env };
  forwardToExporters(config, forwarded);
  const isOption = endpoint !== undefined && protocol === 'http';
  const tracing = loadTracingConfig(isOption ? { endpoint: `${endpoint}/v1/traces` } : {}, forwarded);
  return { exporter, url: tracing.endpoint, protocol, faults: [...faults, ...tracing.faults] };
}
