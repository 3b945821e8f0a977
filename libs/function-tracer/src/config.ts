import { type FilterOptions, pattern } from './filters.ts';
import type { ArgsEncoding } from './values/call-values.ts';
import { messageOf } from './warning.ts';

/** Everything that a tracing session can be told. Absent fields come from the environment, then from the defaults. */
export interface ConfigOptions {
  /** Comma-separated names of modules (or files, or functions) to trace; empty traces the whole application. */
  readonly packagePrefix?: string;
  /** Where events go; empty for no file. */
  readonly logfile?: string;
  /** Write the events to standard output, too. */
  readonly stdout?: boolean;
  /** Characters kept of each argument and result; 0 keeps them all. */
  readonly maxArgLength?: number;
  /** What not to trace: names, globs or /regular expressions/. */
  readonly excludePatterns?: readonly string[];
  /** Write from a thread of its own; false writes each event before the call goes on. */
  readonly asyncLogging?: boolean;
  readonly enabled?: boolean;
  /** Directory from which module names count; the working directory by default. */
  readonly root?: string;
  readonly captureArgs?: boolean;
  /** Share of requests, or of calls outside requests, that are traced, each with its whole tree. */
  readonly sampleRate?: number;
  /** Requests written with all their calls, on average of twenty seconds; of the others, what fails. 0 sets no limit. */
  readonly requestsPerSecond?: number;
  /** Shorter calls are not written, unless they throw. */
  readonly minDurationMicros?: number;
  /** Deeper calls are not written. */
  readonly maxDepth?: number;
  /** Count the calls of hot tiny functions instead of writing each. */
  readonly aggregateHot?: boolean;
  readonly timestampUnit?: 'us' | 'ms';
  /** `mcp` writes every end of a call as EXIT, as the original dashboard expects. */
  readonly compat?: 'none' | 'mcp';
  readonly argsEncoding?: ArgsEncoding;
  readonly redact?: boolean;
  /** Names whose values are hidden, besides the usual ones. */
  readonly redactKeys?: readonly string[];
  /** Longer arguments and results go into a file of their own; 0 turns that off. */
  readonly segmentThreshold?: number;
  /** Relative to the log file. */
  readonly segmentDirectory?: string;
  /** Begin a new file at this size; 0 never does. */
  readonly maxFileBytes?: number;
  /** Older files kept beside the current one. */
  readonly maxFiles?: number;
  /** Memory for events that are not written yet. */
  readonly bufferBytes?: number;
  /** What happens when that memory is full: calls go unwritten and are counted, or the application waits. */
  readonly whenFull?: 'drop' | 'block';
  /** Write events for the requests that an HTTP server of the process receives, without an adapter. */
  readonly http?: boolean;
  /** Keep rewritten files in `node_modules/.cache`. */
  readonly cache?: boolean;
  /** `older` rewrites by the hooks that Nodes without synchronous ones have. */
  readonly loadHooks?: 'synchronous' | 'older';
}

/** The six fields of the Python agent, by its names and in its order. */
export interface ConfigDictionary {
  readonly package_prefix: string;
  readonly logfile: string;
  readonly stdout: boolean;
  readonly max_arg_length: number;
  readonly exclude_patterns: readonly string[];
  readonly async_logging: boolean;
}

type Settings = Required<ConfigOptions>;

const DEFAULTS: Settings = {
  packagePrefix: '',
  logfile: 'flowtrace.jsonl',
  stdout: false,
  maxArgLength: 1000,
  excludePatterns: [],
  asyncLogging: true,
  enabled: true,
  root: process.cwd(),
  captureArgs: true,
  sampleRate: 1,
  requestsPerSecond: 25,
  minDurationMicros: 0,
  maxDepth: 1000,
  aggregateHot: true,
  timestampUnit: 'us',
  compat: 'none',
  argsEncoding: 'single',
  redact: true,
  redactKeys: [],
  segmentThreshold: 0,
  segmentDirectory: 'flowtrace-jsonsl',
  maxFileBytes: 0,
  maxFiles: 5,
  bufferBytes: 8 * 1024 * 1024,
  whenFull: 'drop',
  http: true,
  cache: true,
  loadHooks: 'synchronous',
};

/** A setting that cannot be meant; names every one. */
export class ConfigInvalid extends Error {
  readonly code = 'ConfigInvalid';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`FlowTrace cannot use its settings: ${faults.join('; ')}`);
    this.name = 'ConfigInvalid';
    this.faults = faults;
  }
}

/** The settings of a tracing session: the options given, else the environment, else the defaults. */
export class Config {
  readonly settings: Settings;
  /** Whether V8 measures the coverage of this process. */
  readonly isMeasured: boolean;

  /** Throws `ConfigInvalid`. */
  constructor(options: ConfigOptions = {}, env: NodeJS.ProcessEnv = process.env) {
    this.isMeasured = env['NODE_V8_COVERAGE'] !== undefined;
    this.settings = checked({ ...DEFAULTS, ...fromEnvironment(env), ...given(options) });
  }

  /** From the environment alone. */
  static fromEnv(env: NodeJS.ProcessEnv = process.env): Config {
    return new Config({}, env);
  }

  /** From a dictionary, by either spelling of the names, without the environment; unknown keys are ignored. */
  static fromDict(dictionary: Readonly<Record<string, unknown>>): Config {
    const options = Object.fromEntries(Object.entries(dictionary).map(([key, value]) => [camelCase(key), value]));
    return new Config(options, {});
  }

  toDict(): ConfigDictionary {
    const { packagePrefix, logfile, stdout, maxArgLength, excludePatterns, asyncLogging } = this.settings;
    return {
      package_prefix: packagePrefix,
      logfile,
      stdout,
      max_arg_length: maxArgLength,
      exclude_patterns: [...excludePatterns],
      async_logging: asyncLogging,
    };
  }

  /** What decides which modules and functions are traced. */
  get filters(): FilterOptions {
    return { prefixes: list(this.settings.packagePrefix), excludePatterns: this.settings.excludePatterns };
  }
}

/** The environment's settings, the unusable ones replaced by defaults: a tracer does not stop its host. */
export function lenientConfig(env: NodeJS.ProcessEnv = process.env): { config: Config; faults: readonly string[] } {
  try {
    return { config: new Config({}, env), faults: [] };
  } catch (error) {
    if (!(error instanceof ConfigInvalid)) throw error;
    const bad = new Set(error.faults.map(fault => fault.split(' ', 1)[0]));
    const usable = Object.entries(fromEnvironment(env)).filter(([name]) => !bad.has(name));
    return { config: new Config(Object.fromEntries(usable), {}), faults: error.faults };
  }
}

type Reader = (text: string) => unknown;

const number: Reader = text => (text.trim() === '' ? undefined : Number(text));
// A comma inside a regular expression is its own.
const LIST_PART = /\s*\/.+?\/[dgimsuvy]*\s*(?=,|$)|[^,]+/g;
const list = (text: string) =>
  Array.from(text.matchAll(LIST_PART), ([part]) => part.trim()).filter(part => part !== '');
const flag: Reader = text => /^(?:true|yes|1|on)$/i.test(text.trim());
const text: Reader = value => value;

/** The variables that are read, and how. The first six are the seed's. */
export const ENVIRONMENT: Readonly<Record<string, readonly [keyof ConfigOptions, Reader]>> = {
  FLOWTRACE_PACKAGE_PREFIX: ['packagePrefix', text],
  FLOWTRACE_LOGFILE: ['logfile', text],
  FLOWTRACE_STDOUT: ['stdout', flag],
  FLOWTRACE_MAX_ARG_LENGTH: ['maxArgLength', number],
  FLOWTRACE_EXCLUDE: ['excludePatterns', list],
  FLOWTRACE_ASYNC: ['asyncLogging', flag],
  FLOWTRACE_ENABLED: ['enabled', flag],
  FLOWTRACE_ROOT: ['root', text],
  FLOWTRACE_CAPTURE_ARGS: ['captureArgs', flag],
  FLOWTRACE_SAMPLE_RATE: ['sampleRate', number],
  FLOWTRACE_REQUESTS_PER_SECOND: ['requestsPerSecond', number],
  FLOWTRACE_MIN_DURATION_MICROS: ['minDurationMicros', number],
  FLOWTRACE_MAX_DEPTH: ['maxDepth', number],
  FLOWTRACE_AGGREGATE_HOT: ['aggregateHot', flag],
  FLOWTRACE_TIMESTAMP_UNIT: ['timestampUnit', text],
  FLOWTRACE_COMPAT: ['compat', text],
  FLOWTRACE_ARGS_ENCODING: ['argsEncoding', text],
  FLOWTRACE_REDACT: ['redact', flag],
  FLOWTRACE_REDACT_KEYS: ['redactKeys', list],
  FLOWTRACE_SEGMENT_THRESHOLD: ['segmentThreshold', number],
  FLOWTRACE_SEGMENT_DIRECTORY: ['segmentDirectory', text],
  FLOWTRACE_MAX_FILE_BYTES: ['maxFileBytes', number],
  FLOWTRACE_MAX_FILES: ['maxFiles', number],
  FLOWTRACE_BUFFER_BYTES: ['bufferBytes', number],
  FLOWTRACE_WHEN_FULL: ['whenFull', text],
  FLOWTRACE_HTTP: ['http', flag],
  FLOWTRACE_CACHE: ['cache', flag],
  FLOWTRACE_LOAD_HOOKS: ['loadHooks', text],
};

function fromEnvironment(env: NodeJS.ProcessEnv): ConfigOptions {
  const options: Record<string, unknown> = {};
  for (const [variable, [name, read]] of Object.entries(ENVIRONMENT)) {
    const value = env[variable];
    const parsed = value === undefined ? undefined : read(value);
    if (parsed !== undefined) options[name] = parsed;
  }
  return options;
}

function given(options: ConfigOptions): ConfigOptions {
  return Object.fromEntries(Object.entries(options).filter(([name, value]) => name in DEFAULTS && value !== undefined));
}

const CHOICES: Readonly<Record<string, readonly string[]>> = {
  timestampUnit: ['us', 'ms'],
  compat: ['none', 'mcp'],
  argsEncoding: ['single', 'double'],
  whenFull: ['drop', 'block'],
  loadHooks: ['synchronous', 'older'],
};

const LEAST: Readonly<Record<string, number>> = { bufferBytes: 64 * 1024 };

function checked(settings: Settings): Settings {
  const faults = Object.entries(settings).flatMap(([name, value]) => faultsOf(name, value as unknown));
  if (faults.length > 0) throw new ConfigInvalid(faults);
  return settings;
}

function faultsOf(name: string, value: unknown): string[] {
  const expected: unknown = Reflect.get(DEFAULTS, name);
  if (Array.isArray(expected)) {
    const isTexts = Array.isArray(value) && value.every(item => typeof item === 'string');
    if (!isTexts) return [`${name} must be a list of texts`];
    return name === 'excludePatterns' ? patternFaults(name, value) : [];
  }
  if (typeof value !== typeof expected) return [`${name} must be a ${typeof expected}, not ${typeof value}`];
  const choices = CHOICES[name];
  if (choices !== undefined && !choices.includes(String(value)))
    return [`${name} must be ${choices.join(' or ')}, not ${JSON.stringify(value)}`];
  if (name === 'packagePrefix') return patternFaults(name, list(String(value)));
  return typeof value === 'number' ? numberFaults(name, value) : [];
}

function patternFaults(name: string, patterns: readonly string[]): string[] {
  return patterns.flatMap(text => {
    try {
      pattern(text.trim());
      return [];
    } catch (error) {
      return [`${name} holds ${JSON.stringify(text)}, which is no pattern: ${messageOf(error)}`];
    }
  });
}

function numberFaults(name: string, value: number): string[] {
  if (name === 'sampleRate') return value >= 0 && value <= 1 ? [] : [`${name} must be between 0 and 1, not ${value}`];
  const least = LEAST[name] ?? 0;
  return Number.isInteger(value) && value >= least
    ? []
    : [`${name} must be a whole number from ${least}, not ${value}`];
}

function camelCase(key: string): string {
  return key.replaceAll(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}
