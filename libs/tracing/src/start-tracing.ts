import { context, diag, metrics, propagation, trace } from '@opentelemetry/api';
import type { Attributes } from '@opentelemetry/api';
import { ExportResultCode } from '@opentelemetry/core';
import { startNodeSdk } from '@opentelemetry/sdk-node';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { RuntimeNodeInstrumentation } from '@opentelemetry/instrumentation-runtime-node';
import type { Sampler } from '@opentelemetry/sdk-trace';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { clientSpans } from './clients/client-spans.ts';
import { StockSql } from './clients/stock-sql.ts';
import { loadTracingConfig } from './config.ts';
import type { TracingConfig, TracingOptions } from './config.ts';
import { setUpDiagnostics } from './diagnostics.ts';
import { observeEventLoopDelay } from './event-loop-delay.ts';
import { ExecutionRecorder } from './execution-tree.ts';
import { ExportLog } from './export/export-log.ts';
import { outletFor } from './export/exporter.ts';
import type { Outlet } from './export/outlet.ts';
import { sendBeforeExit } from './export/send-before-exit.ts';
import { SpanQueue } from './export/span-queue.ts';
import type { SpanQueueStats } from './export/span-queue.ts';
import { FoldedSiblings } from './folded-siblings.ts';
import { observeExport } from './health-metrics.ts';
import { MetricsText, SdkDuration } from './metrics-text.ts';
import { ProcessEnd } from './process-end.ts';
import { currentRuntime, setRuntime } from './runtime.ts';
import { KeptTraces } from './sampling/kept-traces.ts';
import { samplerFor } from './sampling/route-sampler.ts';
import { SpanPipeline } from './span-pipeline.ts';
import { spanStarterOf } from './spans/span-starter.ts';
import { startWarnings } from './start-warnings.ts';

const NAME = '@tracelab/tracing';

/** A started tracing. One for each process; it ends with it, or earlier by `shutdown`. */
export interface Tracing {
  readonly isOn: boolean;
  /** Where spans go, for a line in the start-up log. */
  readonly endpoint: string;
  stats(): SpanQueueStats;
  /** Sends what is finished now; resolves when the backend has it, or when the limit is over. */
  flush(): Promise<void>;
  /** Flushes, then stops. Spans started later are not recorded. */
  shutdown(): Promise<void>;
}

/**
 * Starts tracing for this process, before the application's modules are loaded. Reads the environment; `options` win over it.
 * Never throws for a bad setting: tracing must not stop what it traces.
 */
export function startTracing(options: TracingOptions = {}): Tracing {
  const config = loadTracingConfig(options);
  setUpDiagnostics(config.diagnosticsLevel);
  if (config.isDisabled) return notTracing(config);
  if (currentRuntime() !== undefined) {
    diag.warn('tracing: startTracing was called twice; the second call does nothing. Remove one of the two.');
    return notTracing(config);
  }
  for (const warning of [...config.faults, ...startWarnings(process.argv[1])]) diag.warn(`tracing: ${warning}`);
  return new StartedTracing(config);
}

const nothingSent: SpanQueueStats = { queued: 0, capacity: 0, exported: 0, failed: 0, dropped: 0 };

function notTracing({ endpoint }: TracingConfig): Tracing {
  const nothing = () => Promise.resolve();
  return { isOn: false, endpoint, stats: () => nothingSent, flush: nothing, shutdown: nothing };
}

// Its look at the event loop costs an idle process a hundredth of a processor, and sees delays where none are. It gives no figure before its
// fifth, so with an hour between them it gives none that anybody sees: ours take their place.
function runtimeMetrics(): Instrumentation {
  return new RuntimeNodeInstrumentation({ monitoringPrecision: 3_600_000 });
}

class StartedTracing implements Tracing {
  readonly isOn = true;
  readonly endpoint: string;
  readonly #config: TracingConfig;
  readonly #outlet: Outlet<unknown>;
  readonly #queue: SpanQueue<unknown>;
  readonly #metrics: MetricsText | undefined;
  readonly #executions: ExecutionRecorder;
  readonly #folding: FoldedSiblings;
  readonly #sdk: { shutdown(): Promise<void> };
  readonly #processEnd: ProcessEnd;
  readonly #clients: { stop(): void };
  #stopMeasuring: () => void = () => undefined;

  constructor(config: TracingConfig) {
    this.#config = config;
    this.endpoint = config.endpoint;
    this.#outlet = outletFor(config);
    this.#queue = new SpanQueue(this.#outlet, config.queue, new ExportLog(config.endpoint));
    // The file's meter provider takes no reader of ours.
    this.#metrics = config.metrics && !config.hasConfigFile ? new MetricsText(NAME) : undefined;
    this.#executions = new ExecutionRecorder(config.rememberedSpans);
    this.#folding = new FoldedSiblings(config.foldAfter);
    const { instrumentations, channels } = clientSpans(config.clients);
    this.#sdk = this.#startSdk([...instrumentations, ...config.instrumentations]);
    this.#announce();
    this.#clients = channels.start();
    this.#processEnd = new ProcessEnd({
      flush: () => this.flush(),
      flushSync: () => {
        this.#flushSync();
      },
      ended: () => {
        config.onProcessEnd?.();
      },
    });
    if (config.handlesProcessEnd) this.#processEnd.listen();
  }

  stats(): SpanQueueStats {
    return this.#queue.stats;
  }

  async flush(): Promise<void> {
    await within(this.#config.shutdownLimitMs, this.#queue.forceFlush());
  }

  async shutdown(): Promise<void> {
    setRuntime(undefined);
    this.#processEnd.stop();
    this.#clients.stop();
    this.#stopMeasuring();
    await within(this.#config.shutdownLimitMs, this.#sdk.shutdown());
    // Gives the API back, so that tracing can be started again: the SDK leaves its dead providers in it.
    for (const api of [trace, metrics, propagation, context]) api.disable();
  }

  #startSdk(instrumentations: readonly Instrumentation[]) {
    const { diagnosticsLevel } = this.#config;
    if (this.#config.hasConfigFile) {
      diag.warn(
        'tracing: OTEL_CONFIG_FILE describes samplers, processors and exporters, so the redaction, sampling rules, execution tree, ' +
          'metrics text and exit safety of this library are off. Unset it to have them.',
      );
    }
    // The SDK sets a console logger of its own and complains about one that is there; ours takes over after it.
    diag.disable();
    const sdk = startNodeSdk({
      logLevel: diagnosticsLevel,
      resourceAttributes: this.#resource(),
      // The process detector writes the whole command line into every batch, and people put secrets there.
      ...(!this.#config.detectsResource && { resourceDetectors: [] }),
      spanProcessors: [this.#pipeline()],
      ...this.#sampler(),
      metricReaders: this.#metrics === undefined ? [] : [this.#metrics.reader],
      ...(!this.#config.sendsLogs && { logRecordProcessors: [] }),
      instrumentations: [...instrumentations, ...(this.#config.metrics ? [runtimeMetrics()] : [])],
    });
    setUpDiagnostics(diagnosticsLevel);
    return sdk;
  }

  // The SDK would let these win over the environment: where an orchestrator names its own, what it says is taken.
  #resource(): Attributes {
    const { serviceName, serviceVersion, environment, inheritedResource, resource } = this.#config;
    return {
      'service.instance.id': randomUUID(),
      'host.name': hostname(),
      'process.pid': process.pid,
      'process.runtime.name': 'nodejs',
      'process.runtime.version': process.versions.node,
      'telemetry.distro.name': 'tracelab',
      ...inheritedResource,
      'service.name': serviceName,
      'service.version': serviceVersion,
      'deployment.environment.name': environment,
      ...resource,
    };
  }

  #sampler(): { readonly sampler?: Sampler } {
    const { sampler, sampling } = this.#config;
    if (sampler !== undefined) return { sampler };
    return sampling === undefined ? {} : { sampler: samplerFor(sampling) };
  }

  #pipeline(): SpanPipeline {
    const { sampling, processors, instrumentations } = this.#config;
    const stockSql = instrumentations.length > 0 ? new StockSql() : undefined;
    const keep = sampling?.keep;
    const sending = keep === undefined ? this.#queue : new KeptTraces(keep, this.#queue);
    return new SpanPipeline({ folding: this.#folding, executions: this.#executions, stockSql, processors, sending });
  }

  #announce(): void {
    const { hasConfigFile, countsSdkSpans } = this.#config;
    const meter = metrics.getMeter(NAME);
    observeExport(meter, () => this.#queue.stats);
    if (this.#config.metrics) this.#stopMeasuring = observeEventLoopDelay(meter);
    setRuntime({
      tracer: hasConfigFile || countsSdkSpans ? trace.getTracer(NAME) : spanStarterOf(trace.getTracerProvider(), NAME),
      meter,
      duration: options => this.#metrics?.duration(options) ?? new SdkDuration(meter, options),
      detail: this.#config.detail,
      ignoredRoutes: this.#config.ignoredRoutes,
      folding: this.#folding,
      isAnnouncing: this.#config.responseHeaders,
      executions: this.#executions,
      metrics: this.#metrics,
    });
  }

  #flushSync(): void {
    const unsent = this.#queue.takeUnsent();
    if (unsent.length === 0) return;
    const body = this.#outlet.bodyOf(unsent);
    if (body !== undefined) {
      const { endpoint: url, headers, exitLimitMs: limitMs } = this.#config;
      const { contentType } = this.#outlet;
      this.#queue.countTaken(unsent.length, { areSent: sendBeforeExit(body, { url, contentType, headers, limitMs }) });
      return;
    }
    // Nothing asynchronous runs any more: an exporter that writes at once, as to a file, still gets them.
    this.#outlet.export(unsent, ({ code }) => {
      this.#queue.countTaken(unsent.length, { areSent: code === ExportResultCode.SUCCESS });
    });
  }
}

async function within(limitMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>(resolve => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([work.catch(() => undefined), limit]);
  clearTimeout(timer);
}
