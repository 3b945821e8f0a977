import { existsSync } from 'node:fs';

/** Where spans go. `otlp` is OTLP over HTTP. */
export type ExporterKind = 'otlp' | 'otlp-grpc' | 'zipkin' | 'console' | 'file' | 'none';

/** What the agent in a traced process is told, by the variables that the command line sets or a user gives. */
export interface AgentConfig {
  readonly exporter: ExporterKind;
  /** Of the file exporter. */
  readonly file: string;
  /** The base address, without `/v1/traces`; undefined where libs/tracing's own rules find it. */
  readonly endpoint: string | undefined;
  readonly sampleRate: number;
  readonly ignorePaths: readonly string[];
  /** Of Fastify alone; undefined where libs/tracing's own variable names them. */
  readonly ignoredRoutes: readonly string[] | undefined;
  readonly disabled: ReadonlySet<string>;
  readonly functions: string | undefined;
  readonly controlPort: number | undefined;
  readonly isDebugging: boolean;
  readonly hasSummary: boolean;
  readonly isOff: boolean;
  readonly responseHeaders: boolean;
  readonly answersStatus: boolean;
  /** What was wrong and is not used, with its remedy. */
  readonly faults: readonly string[];
}

const exporters: readonly ExporterKind[] = ['otlp', 'otlp-grpc', 'zipkin', 'console', 'file', 'none'];
const samplersByRate = /^(?:parentbased_)?traceidratio$/;

/** Reads the environment. Nothing in it can stop the program: what cannot be meant is clamped or left out, and told. */
export function loadAgentConfig(env: NodeJS.ProcessEnv = process.env): AgentConfig {
  return new AgentSettings(env).load();
}

class AgentSettings {
  readonly #env: NodeJS.ProcessEnv;
  readonly #faults: string[] = [];

  constructor(env: NodeJS.ProcessEnv) {
    this.#env = env;
  }

  load(): AgentConfig {
    const [kind, file] = this.#exporter();
    return {
      exporter: kind,
      file: file ?? this.#text('AUTO_AGENT_FILE') ?? 'spans.jsonl',
      endpoint: this.#endpoint(),
      sampleRate: this.#sampleRate(),
      ignorePaths: this.#list('AUTO_AGENT_IGNORE_PATHS'),
      // Health checks are seen on Fastify too, as on every other server.
      ignoredRoutes: this.#text('TRACING_IGNORE_ROUTES') === undefined ? [] : undefined,
      disabled: new Set([...this.#list('AUTO_AGENT_DISABLED'), ...this.#list('OTEL_NODE_DISABLED_INSTRUMENTATIONS')]),
      functions: this.#text('AUTO_AGENT_FUNCTIONS'),
      controlPort: this.#controlPort(),
      isDebugging: this.#isSet('AUTO_AGENT_DEBUG'),
      hasSummary: this.#isSet('AUTO_AGENT_SUMMARY'),
      isOff: this.#isSet('OTEL_SDK_DISABLED') || this.#text('AUTO_AGENT_ENABLED') === 'false',
      responseHeaders: this.#isSet('TRACING_RESPONSE_HEADERS'),
      answersStatus: this.#text('AUTO_AGENT_STATUS') !== 'false',
      faults: this.#faults,
    };
  }

  #exporter(): readonly [kind: ExporterKind, file?: string | undefined] {
    const given = this.#text('AUTO_AGENT_EXPORTER') ?? this.#text('OTEL_TRACES_EXPORTER');
    if (given === undefined) return [this.#isGrpc() ? 'otlp-grpc' : 'otlp'];
    const [name = '', ...rest] = given.split(':');
    const kind = exporters.find(one => one === name);
    if (kind === 'file') return [kind, rest.join(':') || undefined];
    if (kind === 'otlp') return [this.#isGrpc() ? 'otlp-grpc' : 'otlp'];
    if (kind !== undefined) return [kind];
    this.#faults.push(`exporter ${name} is none of ${exporters.join(', ')}; otlp is used. Name one of them.`);
    return ['otlp'];
  }

  // The port of OTLP over gRPC, and the seed's default: what is meant is plain.
  #isGrpc(): boolean {
    const protocol = this.#text('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL') ?? this.#text('OTEL_EXPORTER_OTLP_PROTOCOL');
    const endpoint = this.#text('AUTO_AGENT_ENDPOINT');
    return protocol === 'grpc' || (protocol === undefined && endpoint !== undefined && /:4317\/?$/.test(endpoint));
  }

  #endpoint(): string | undefined {
    const given = this.#text('AUTO_AGENT_ENDPOINT');
    if (given === undefined) return undefined;
    const withScheme = given.includes('://') ? given : `http://${given}`;
    if (URL.canParse(withScheme)) return withScheme.replace(/\/+$/, '').replace(/\/v1\/traces$/, '');
    this.#faults.push('the endpoint is no address and is not used. Give one such as http://localhost:4318.');
    return undefined;
  }

  #sampleRate(): number {
    const given = this.#text('AUTO_AGENT_SAMPLE_RATE') ?? this.#samplerArgument();
    if (given === undefined) return 1;
    const rate = Number(given);
    if (rate >= 0 && rate <= 1) return rate;
    const used = rate > 1 ? 1 : rate < 0 ? 0 : 1;
    this.#faults.push(`a sample rate of ${given} is outside 0 to 1; ${used} is used. Give a share such as 0.1.`);
    return used;
  }

  #samplerArgument(): string | undefined {
    const sampler = this.#text('OTEL_TRACES_SAMPLER');
    if (sampler === undefined) return undefined;
    if (/always_off$/.test(sampler)) return '0';
    return samplersByRate.test(sampler) ? this.#text('OTEL_TRACES_SAMPLER_ARG') : undefined;
  }

  #controlPort(): number | undefined {
    const given = this.#text('AUTO_AGENT_CONTROL');
    if (given === undefined) return undefined;
    const port = Number(given);
    if (Number.isInteger(port) && port >= 0 && port < 65_536) return port;
    this.#faults.push('the control port is no port number; there is no control page. Give one such as 9090.');
    return undefined;
  }

  #isSet(name: string): boolean {
    return ['1', 'true', 'yes', 'on'].includes(this.#text(name)?.toLowerCase() ?? '');
  }

  #list(name: string): readonly string[] {
    return (this.#text(name) ?? '').split(',').flatMap(item => item.trim() || []);
  }

  #text(name: string): string | undefined {
    const value = this.#env[name]?.trim();
    return value === undefined || value === '' ? undefined : value;
  }
}

/** The environment's declarative configuration file, where it names one that exists. */
export function configFileIn(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const file = env['OTEL_CONFIG_FILE'];
  return file !== undefined && existsSync(file) ? file : undefined;
}

/** The whole environment, for a command that inherits it. */
export function inheritedEnvironment(): NodeJS.ProcessEnv {
  return process.env;
}

/** Sets what libs/tracing and its exporters read from the environment themselves. */
export function forwardToExporters({ endpoint, exporter }: AgentConfig, env: NodeJS.ProcessEnv = process.env): void {
  // What the exporter flag says wins over the variable that libs/tracing reads.
  if (exporter === 'otlp' || exporter === 'otlp-grpc') env['OTEL_TRACES_EXPORTER'] = 'otlp';
  if (exporter === 'otlp-grpc') {
    env['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'] = 'grpc';
    if (endpoint !== undefined) env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] = endpoint;
  }
}

/** Tells the function tracer which modules count. */
export function setFunctionPrefix(prefix: string, env: NodeJS.ProcessEnv = process.env): void {
  env['FLOWTRACE_PACKAGE_PREFIX'] ??= prefix;
}
