import type { Attributes } from '@opentelemetry/api';
import { parseKeyPairsIntoRecord } from '@opentelemetry/core';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import type { Sampler, SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace';
import { applicationPackage } from './application-package.ts';
import type { DiagnosticsLevel } from './diagnostics.ts';
import type { Sampling } from './sampling/sampling.ts';

/**
 * How much of Nest is seen: `route` is one span per request, `pipeline` adds middleware, guards, pipes, interceptors, handlers and
 * filters, `full` adds every method of every provider.
 */
export type Detail = 'route' | 'pipeline' | 'full';

/** Client libraries whose calls become spans. */
export type ClientLibrary = 'http' | 'undici' | 'pg' | 'ioredis';

/** What `startTracing` takes. Everything has a default or comes from the environment; what is given here wins. */
export interface TracingOptions {
  readonly serviceName?: string;
  readonly serviceVersion?: string;
  readonly environment?: string;
  /** More attributes of the process that sends the spans. */
  readonly resource?: Attributes;
  /** The OTLP address for traces, such as `http://localhost:4318/v1/traces`; over gRPC `http://localhost:4317`. */
  readonly endpoint?: string;
  readonly detail?: Detail;
  /** Repeated equal siblings beyond this number become one span with a count. 0 folds nothing. */
  readonly foldAfter?: number;
  readonly sampling?: Sampling;
  /**
   * Route templates whose requests make no spans, nor does anything inside them; a trailing `*` stands for whatever follows, so that `/health/*` is all
   * below `/health` without itself. An empty list for none.
   */
  readonly ignoredRoutes?: readonly string[];
  /** Decides instead of `sampling` and the environment: an agent's rules change while the program runs. */
  readonly sampler?: Sampler;
  /** `traceresponse` and `Server-Timing` on every answer. */
  readonly responseHeaders?: boolean;
  readonly clients?: readonly ClientLibrary[];
  /** Further instrumentations, such as those `loadInstrumentations` gives. */
  readonly instrumentations?: readonly Instrumentation[];
  /** How many of the latest spans of this process stay readable with `executionTree(traceId)` after their request; 0 for none. */
  readonly rememberedSpans?: number;
  readonly metrics?: boolean;
  /** Sends spans elsewhere than to an OTLP backend: tests export to memory. */
  readonly exporter?: SpanExporter;
  /** See every span too, after redaction. */
  readonly processors?: readonly SpanProcessor[];
  /** What a signal or a natural end waits for the last spans at most. */
  readonly shutdownLimitMs?: number;
  /** What process.exit and a crash wait for them at most: this blocks. */
  readonly exitLimitMs?: number;
  /** Called when the last spans are sent and nothing more will happen, on every way a process ends but SIGKILL. */
  readonly onProcessEnd?: () => void;
  /** False where the application itself calls `Tracing.shutdown()`. */
  readonly handlesProcessEnd?: boolean;
}

type Exporter = 'otlp' | 'console' | 'none';

/** The settings after options, environment and defaults are put together. */
export interface TracingConfig extends Required<
  Omit<TracingOptions, 'exporter' | 'onProcessEnd' | 'sampler' | 'sampling' | 'instrumentations'>
> {
  readonly isDisabled: boolean;
  readonly hasConfigFile: boolean;
  /** What the environment says of the process, as an orchestrator does: above this library's own words, below the options. */
  readonly inheritedResource: Readonly<Record<string, string>>;
  /** The SDK is to count the spans that its own tracers make. */
  readonly countsSdkSpans: boolean;
  readonly protocol: string;
  readonly exporterName: Exporter;
  readonly exporter: SpanExporter | undefined;
  readonly onProcessEnd: (() => void) | undefined;
  readonly sampling: Sampling | undefined;
  readonly sampler: Sampler | undefined;
  readonly instrumentations: readonly Instrumentation[];
  readonly otherLibraries: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly exportTimeoutMs: number;
  readonly queue: { readonly capacity: number; readonly batchSize: number; readonly delayMs: number };
  readonly diagnosticsLevel: DiagnosticsLevel;
  readonly sendsLogs: boolean;
  readonly detectsResource: boolean;
  /** What was wrong in the environment and is not used, each with its remedy. */
  readonly faults: readonly string[];
}

/** Reads the environment once. A wrong value is told and not used: tracing never stops its application. */
export function loadTracingConfig(options: TracingOptions = {}, env: NodeJS.ProcessEnv = process.env): TracingConfig {
  return new Settings(env).load(options);
}

const defaults = { detail: 'route', foldAfter: 20, shutdownLimitMs: 3_000, exitLimitMs: 1_000 } as const;
// Asked every few seconds by those who watch over the process, and never what anybody looks for.
const watchedRoutes: readonly string[] = ['/health', '/health/*', '/healthz', '/metrics'];
const allClients: readonly ClientLibrary[] = ['http', 'undici', 'pg', 'ioredis'];
// The seed's documents name the Thrift port, where no OTLP is spoken; the others are Jaeger's too, each for one protocol.
const jaegerPorts: ReadonlySet<number> = new Set([4317, 4318, 6831, 6832, 14_250, 14_268, 16_686]);

class Settings {
  readonly #env: NodeJS.ProcessEnv;
  readonly #faults: string[] = [];
  readonly #protocol: string;

  constructor(env: NodeJS.ProcessEnv) {
    this.#env = env;
    this.#protocol =
      this.#text('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL') ?? this.#text('OTEL_EXPORTER_OTLP_PROTOCOL') ?? 'http/protobuf';
  }

  load(options: TracingOptions): TracingConfig {
    const inherited = this.#inheritedResource();
    return {
      isDisabled: this.#flag('OTEL_SDK_DISABLED') ?? false,
      hasConfigFile: this.#text('OTEL_CONFIG_FILE') !== undefined,
      countsSdkSpans: this.#flag('OTEL_NODE_EXPERIMENTAL_SDK_METRICS') ?? false,
      ...this.#identity(options, inherited),
      inheritedResource: inherited,
      resource: options.resource ?? {},
      endpoint: this.#endpoint(options.endpoint),
      ...this.#seen(options),
      ...this.#export(options),
      shutdownLimitMs: options.shutdownLimitMs ?? this.#number('TRACING_SHUTDOWN_LIMIT_MS') ?? defaults.shutdownLimitMs,
      exitLimitMs: options.exitLimitMs ?? this.#number('TRACING_EXIT_LIMIT_MS') ?? defaults.exitLimitMs,
      onProcessEnd: options.onProcessEnd,
      handlesProcessEnd: options.handlesProcessEnd ?? true,
      diagnosticsLevel: this.#diagnosticsLevel(),
      faults: this.#faults,
    };
  }

  // What OpenTelemetry's own variables say comes before the others.
  #identity(options: TracingOptions, inherited: Readonly<Record<string, string>>) {
    const application = applicationPackage(this.#env);
    const name = this.#text('OTEL_SERVICE_NAME') ?? inherited['service.name'] ?? this.#text('SERVICE_NAME');
    const version = inherited['service.version'] ?? this.#text('SERVICE_VERSION');
    // The second is its name in older conventions.
    const inheritedEnvironment = inherited['deployment.environment.name'] ?? inherited['deployment.environment'];
    const environment = inheritedEnvironment ?? this.#text('ENVIRONMENT') ?? this.#text('NODE_ENV');
    return {
      serviceName: options.serviceName ?? name ?? application.name,
      serviceVersion: options.serviceVersion ?? version ?? application.version,
      environment: options.environment ?? environment ?? 'development',
    };
  }

  #seen(options: TracingOptions) {
    return {
      detail: options.detail ?? this.#oneOf('TRACING_DETAIL', ['route', 'pipeline', 'full']) ?? defaults.detail,
      foldAfter: options.foldAfter ?? this.#number('TRACING_FOLD_AFTER') ?? defaults.foldAfter,
      sampling: options.sampling ?? this.#sampling(),
      ignoredRoutes: options.ignoredRoutes ?? this.#ignoredRoutes(),
      sampler: options.sampler,
      responseHeaders: options.responseHeaders ?? this.#flag('TRACING_RESPONSE_HEADERS') ?? true,
      clients: options.clients ?? allClients,
      instrumentations: options.instrumentations ?? [],
      processors: options.processors ?? [],
      otherLibraries: this.#list('OTEL_NODE_ENABLED_INSTRUMENTATIONS'),
      rememberedSpans: options.rememberedSpans ?? this.#number('TRACING_REMEMBERED_SPANS') ?? 0,
      metrics: options.metrics ?? !this.#list('OTEL_METRICS_EXPORTER').includes('none'),
    };
  }

  #export(options: TracingOptions) {
    const capacity = this.#positive('OTEL_BSP_MAX_QUEUE_SIZE') ?? 2_048;
    return {
      exporter: options.exporter,
      exporterName: this.#oneOf('OTEL_TRACES_EXPORTER', ['otlp', 'console', 'none']) ?? ('otlp' as const),
      protocol: this.#protocol,
      headers: this.#headers(),
      exportTimeoutMs:
        this.#positive('OTEL_EXPORTER_OTLP_TRACES_TIMEOUT') ?? this.#positive('OTEL_EXPORTER_OTLP_TIMEOUT') ?? 3_000,
      queue: {
        capacity,
        batchSize: Math.min(capacity, this.#positive('OTEL_BSP_MAX_EXPORT_BATCH_SIZE') ?? 2_048),
        delayMs: this.#number('OTEL_BSP_SCHEDULE_DELAY') ?? 1_000,
      },
      sendsLogs: this.#text('OTEL_LOGS_EXPORTER') !== undefined,
      detectsResource: this.#text('OTEL_NODE_RESOURCE_DETECTORS') !== undefined,
    };
  }

  #inheritedResource(): Record<string, string> {
    const pairs = this.#list('OTEL_RESOURCE_ATTRIBUTES').map(pair => /^([^=]+)=(.+)$/s.exec(pair));
    if (pairs.includes(null))
      this.#faults.push(
        'OTEL_RESOURCE_ATTRIBUTES holds something without a name or a value. Write name=value,name=value.',
      );
    return Object.fromEntries(pairs.flatMap(pair => (pair === null ? [] : [[decoded(pair[1]), decoded(pair[2])]])));
  }

  #endpoint(option: string | undefined): string {
    const traces =
      this.#checked(option, 'endpoint') ??
      this.#address('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT') ??
      this.#address('OTLP_ENDPOINT');
    if (traces !== undefined) return traces;
    const base = (this.#address('OTEL_EXPORTER_OTLP_ENDPOINT') ?? this.#jaeger()).replace(/\/+$/, '');
    return this.#isGrpc ? base : `${base}/v1/traces`;
  }

  #jaeger(): string {
    const address = `http://${this.#text('JAEGER_HOST') ?? 'localhost'}:${this.#jaegerPort()}`;
    return this.#checked(address, 'JAEGER_HOST with JAEGER_PORT') ?? `http://localhost:${this.#standardPort}`;
  }

  #jaegerPort(): number {
    const standard = this.#standardPort;
    const port = this.#number('JAEGER_PORT') ?? standard;
    if (port === standard || !jaegerPorts.has(port)) return port;
    const protocol = this.#isGrpc ? 'gRPC' : 'HTTP';
    this.#faults.push(
      `JAEGER_PORT=${port} does not take OTLP over ${protocol}; ${standard} is used. Set JAEGER_PORT=${standard}.`,
    );
    return standard;
  }

  get #standardPort(): number {
    return this.#isGrpc ? 4317 : 4318;
  }

  get #isGrpc(): boolean {
    return this.#protocol === 'grpc';
  }

  // Read as the exporters read them, so that what is sent at the last moment has the same ones.
  #headers(): Record<string, string> {
    return {
      ...parseKeyPairsIntoRecord(this.#text('OTEL_EXPORTER_OTLP_HEADERS')),
      ...parseKeyPairsIntoRecord(this.#text('OTEL_EXPORTER_OTLP_TRACES_HEADERS')),
    };
  }

  #sampling(): Sampling | undefined {
    const slowMs = this.#number('TRACING_KEEP_SLOW_MS');
    const keepsErrors = this.#flag('TRACING_KEEP_ERRORS');
    const ratio = this.#number('TRACING_RATIO');
    if (slowMs === undefined && keepsErrors === undefined && ratio === undefined) return undefined;
    return {
      ...(ratio !== undefined && { ratio }),
      ...((slowMs !== undefined || keepsErrors === true) && {
        keep: { errors: keepsErrors ?? true, ...(slowMs !== undefined && { slowMs }) },
      }),
    };
  }

  #ignoredRoutes(): readonly string[] {
    const routes = this.#list('TRACING_IGNORE_ROUTES');
    if (routes.length === 0) return watchedRoutes;
    return routes[0] === 'none' ? [] : routes;
  }

  #diagnosticsLevel(): DiagnosticsLevel {
    const otel = this.#text('OTEL_LOG_LEVEL')?.toLowerCase();
    if (otel !== undefined)
      return otel === 'verbose' ? 'all' : (diagnosticsLevels.find(level => level === otel) ?? 'warn');
    if (this.#flag('DEBUG') === true) return 'debug';
    const application = this.#text('LOG_LEVEL')?.toLowerCase() ?? '';
    if (application === 'silent' || application === 'none') return 'none';
    return application === 'error' || application === 'fatal' || application === 'critical' ? 'error' : 'warn';
  }

  #text(name: string): string | undefined {
    const value = this.#env[name]?.trim();
    return value === undefined || value === '' ? undefined : value;
  }

  #list(name: string): readonly string[] {
    return (this.#text(name) ?? '').split(',').flatMap(item => item.trim() || []);
  }

  // DEBUG is also the namespace list of the debug package: what is neither yes nor no is not ours.
  #flag(name: string): boolean | undefined {
    const value = this.#text(name)?.toLowerCase();
    if (value === 'true' || value === '1' || value === 'yes' || value === 'on') return true;
    return value === 'false' || value === '0' || value === 'no' || value === 'off' ? false : undefined;
  }

  #number(name: string): number | undefined {
    const value = this.#text(name);
    if (value === undefined) return undefined;
    if (/^\d+(\.\d+)?$/.test(value)) return Number(value);
    this.#faults.push(`${name} is not a number and is not used. Set a number, or unset it.`);
    return undefined;
  }

  // A batch of none would be sent for ever, and the exporter throws for a timeout of none.
  #positive(name: string): number | undefined {
    const value = this.#number(name);
    if (value === undefined || value >= 1) return value;
    this.#faults.push(`${name} is below 1 and is not used. Set 1 or more, or unset it.`);
    return undefined;
  }

  #address(name: string): string | undefined {
    return this.#checked(this.#text(name), name);
  }

  // The exporters throw for what is no address.
  #checked(given: string | undefined, name: string): string | undefined {
    if (given === undefined) return undefined;
    const address = this.#isGrpc ? grpcAddress(given) : httpAddress(given);
    if (address === undefined)
      this.#faults.push(
        `${name} is no address and is not used. Set one such as http://localhost:${this.#standardPort}.`,
      );
    return address;
  }

  #oneOf<const Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined {
    const value = this.#text(name);
    const chosen = choices.find(choice => choice === value);
    if (value !== undefined && chosen === undefined)
      this.#faults.push(`${name} is none of ${choices.join(', ')} and is not used. Set one of them.`);
    return chosen;
  }
}

const diagnosticsLevels: readonly DiagnosticsLevel[] = ['none', 'error', 'warn', 'info', 'debug', 'all'];

function httpAddress(text: string): string | undefined {
  return /^https?:$/.test(URL.parse(text)?.protocol ?? '') ? text : undefined;
}

// Without a path, which gRPC does not have. What has no scheme goes over TLS, or as OTEL_EXPORTER_OTLP_INSECURE says: that exporter knows.
function grpcAddress(text: string): string | undefined {
  if (text.startsWith('unix://')) return text;
  if (!text.includes('://')) return URL.canParse(`https://${text}`) ? text : undefined;
  const address = httpAddress(text);
  return address === undefined ? undefined : new URL(address).origin;
}

function decoded(text = ''): string {
  const trimmed = text.trim();
  try {
    return decodeURIComponent(trimmed);
  } catch {
    return trimmed;
  }
}
