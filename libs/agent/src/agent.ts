import { ExportResultCode } from '@opentelemetry/core';
import { startTracing } from '@tracelab/tracing';
import type { Detail, Tracing } from '@tracelab/tracing';
import { StockSql, currentRuntime } from '@tracelab/tracing/instrumenting';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import { isMainThread } from 'node:worker_threads';
import { configFileIn, forwardToExporters, loadAgentConfig } from './config.ts';
import type { AgentConfig } from './config.ts';
import { disabledByConfigFile } from './config-file.ts';
import { ControlPage } from './control/control-page.ts';
import { ConsoleExporter } from './export/console-exporter.ts';
import { FileExporter } from './export/file-exporter.ts';
import { ZipkinExporter } from './export/zipkin-exporter.ts';
import { startFunctionTracer } from './function-tracer.ts';
import { traceFastify } from './http/fastify-spans.ts';
import { HttpServerSpans } from './http/http-server-spans.ts';
import { Libraries } from './libraries/libraries.ts';
import { Activity } from './report/activity.ts';
import { ActivityProcessor } from './report/activity-processor.ts';
import { AgentLog, writeError } from './report/agent-log.ts';
import { SpanPrinter } from './report/span-printer.ts';
import { summaryOf } from './report/summary.ts';
import type { AgentStatus } from './report/summary.ts';
import { StatusSocket } from './report/status-socket.ts';
import { SamplingRules } from './sampling-rules.ts';
import { AGENT_VERSION } from './version.ts';

/** Tracing of one process, from before its first module to its end. */
export class Agent {
  readonly #config: AgentConfig;
  readonly #log: AgentLog;
  readonly #activity = new Activity();
  readonly #configFile = configFileIn();
  readonly #rules: SamplingRules;
  readonly #tracing: Tracing;
  readonly #servers = new HttpServerSpans();
  readonly #statusSocket = new StatusSocket(() => this.status());

  /** Undefined where tracing is switched off, or was started by the program's own preload. */
  static start(config = loadAgentConfig()): Agent | undefined {
    if (config.isOff || currentRuntime() !== undefined) return undefined;
    return new Agent(config);
  }

  private constructor(config: AgentConfig) {
    const disabled = new Set([...config.disabled, ...disabledByConfigFile(this.#configFile)]);
    this.#config = { ...config, disabled };
    this.#log = new AgentLog(config);
    this.#rules = new SamplingRules(config);
    this.#log.info(`Starting Auto-Instrumentation Agent v${AGENT_VERSION} in process ${process.pid}`);
    for (const fault of config.faults) this.#log.warn(fault);
    if (this.#configFile !== undefined)
      this.#log.warn(`${this.#configFile} rules exporters, sampling and processors; ${notUsed}`);
    forwardToExporters(config);
    this.#tracing = this.#startTracing();
    this.#log.info(`Exporting traces to ${this.#destination()}`);
    const detail = currentRuntime()?.detail ?? 'route';
    this.#seeServers();
    this.#seeLibraries(detail);
    this.#offerAnswers();
    this.#log.info('Telemetry setup complete');
    if (config.functions !== undefined) startFunctionTracer(config.functions, this.#log);
  }

  /** What is traced and what became of it, up to now. */
  status(): AgentStatus {
    return {
      version: AGENT_VERSION,
      pid: process.pid,
      command: [process.argv0, ...process.argv.slice(1, 2)].join(' '),
      node: process.versions.node,
      exporter: this.#config.exporter,
      endpoint: this.#destination(),
      configFile: this.#configFile,
      sampling: this.#rules.settings,
      libraries: this.#activity.libraries,
      spans: { started: this.#activity.spansStarted, ended: this.#activity.spansEnded, ...this.#tracing.stats() },
    };
  }

  #startTracing(): Tracing {
    const { endpoint, ignoredRoutes, responseHeaders, isDebugging, disabled, hasSummary } = this.#config;
    this.#log.info('Setting up telemetry');
    const exporter = this.#exporter();
    const clients = (['http', 'undici', 'pg', 'ioredis'] as const).filter(name => !disabled.has(name));
    return startTracing({
      ...(exporter !== undefined && { exporter }),
      ...(endpoint !== undefined && { endpoint: `${endpoint}/v1/traces` }),
      ...(ignoredRoutes !== undefined && { ignoredRoutes }),
      sampler: this.#rules,
      clients,
      responseHeaders,
      // No page of an unmodified program shows them.
      metrics: false,
      processors: [
        new ActivityProcessor(this.#activity),
        new StockSql(),
        ...(isDebugging && this.#config.exporter !== 'console' ? [new SpanPrinter()] : []),
      ],
      onProcessEnd: () => {
        if (hasSummary) writeError(summaryOf(this.status()));
      },
    });
  }

  #exporter(): SpanExporter | undefined {
    const { exporter, file, endpoint } = this.#config;
    if (exporter === 'none') return discarding;
    if (exporter === 'console') return new ConsoleExporter();
    if (exporter === 'file') return new FileExporter(file);
    if (exporter === 'zipkin') return new ZipkinExporter(endpoint ?? 'http://localhost:9411');
    return undefined;
  }

  #destination(): string {
    if (this.#configFile !== undefined) return `where ${this.#configFile} says`;
    const { exporter, file, endpoint } = this.#config;
    if (exporter === 'file') return file;
    if (exporter === 'console') return 'standard error';
    if (exporter === 'none') return 'nowhere';
    if (exporter === 'zipkin') return endpoint ?? 'http://localhost:9411';
    return this.#tracing.endpoint;
  }

  #seeServers(): void {
    const { disabled } = this.#config;
    if (!disabled.has('http')) this.#servers.start();
    if (disabled.has('fastify')) return;
    traceFastify(this.#servers, () => {
      this.#tellPatched('fastify');
    });
  }

  #seeLibraries(detail: Detail): void {
    this.#log.info('Installing import hooks');
    const libraries = new Libraries({
      detail,
      disabled: this.#config.disabled,
      onSeen: name => {
        if (this.#activity.intercepted(name)) this.#log.debug(`Intercepting module: ${name}`);
      },
      onPatched: name => {
        this.#tellPatched(name);
      },
      onRefused: (name, reason) => {
        this.#activity.notInstrumented(name, reason);
        this.#log.warn(`${name} gives no spans: ${reason}`);
      },
    });
    libraries.start();
  }

  #tellPatched(name: string): void {
    if (this.#activity.instrumented(name)) this.#log.debug(`Instrumented ${name}`);
  }

  #offerAnswers(): void {
    const { answersStatus, controlPort } = this.#config;
    if (!isMainThread) return;
    if (answersStatus) this.#statusSocket.listen();
    if (controlPort === undefined) return;
    const page = new ControlPage({ rules: this.#rules, status: () => this.status(), log: this.#log });
    this.#servers.leaveTo(page.server);
    page.listen(controlPort);
  }
}

const notUsed =
  '--exporter, --endpoint, --sample-rate and --ignore-path are not used. Unset OTEL_CONFIG_FILE to use them.';

const discarding: SpanExporter = {
  export: (_spans, done) => {
    done({ code: ExportResultCode.SUCCESS });
  },
  shutdown: () => Promise.resolve(),
};
