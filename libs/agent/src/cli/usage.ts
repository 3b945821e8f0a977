import { AGENT_VERSION } from '../version.ts';

/** The seed's line, without the framework's name. */
export const versionLine = `Auto-Instrumentation Agent v${AGENT_VERSION}`;

/** What `--help` prints. */
export const usage = `usage: auto-agent [flags] [--] command [arguments]
       auto-agent doctor [folder]      look for what keeps spans from being made or sent
       auto-agent status PID           ask a running program what is traced

Runs the command as it is, and traces every Node process in it.

  --service-name NAME       name in the trace backend; default: the program's package
  --endpoint URL            where spans go; default http://localhost:4318 (OTLP over HTTP)
  --jaeger-endpoint URL     the same; port 4317 means OTLP over gRPC
  --exporter KIND           otlp, otlp-grpc, zipkin, console, file[:PATH] or none
  --sample-rate RATE        share of new traces to keep, 0 to 1
  --ignore-path PATH        no spans for requests to this path; a trailing * stands for any end; may be repeated
  --disable LIB             no spans for this library, such as pg or express; may be repeated
  --detail LEVEL            of Nest: route, pipeline (guards, pipes, interceptors, handlers) or full (providers)
  --functions[=PREFIX]      also record the functions that run, with @tracelab/function-tracer
  --control PORT            a page on 127.0.0.1 to change sampling and ignored paths while the program runs
  --summary                 tell at exit what was patched, made, dropped and exported
  --debug                   tell what is intercepted and instrumented; print spans on standard error
  --dry-run                 tell what would be run and patched, and run nothing
  --version, --help

Each flag has a variable (see the README); the OTEL_* variables work too.
`;
