import type { LoggerService } from '@nestjs/common';
import { logOptions } from '@tracelab/tracing';
import { type Logger, pino, stdSerializers } from 'pino';
import { PinoPretty } from 'pino-pretty';

export interface LoggerOptions {
  readonly service: string;
  readonly level: string;
  /** For people, coloured; JSON lines otherwise. */
  readonly isPretty: boolean;
}

/** The process's log, on stdout. Written synchronously, so that a crash loses no line. */
export function createLogger({ service, level, isPretty }: LoggerOptions): Logger {
  const traced = logOptions();
  const options = {
    ...traced,
    level,
    base: { service },
    formatters: { ...traced.formatters, level: (label: string) => ({ level: label }) },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    serializers: { err: stdSerializers.err },
  };
  if (!isPretty) return pino(options);
  return pino(options, PinoPretty({ sync: true, ignore: 'service', messageFormat: `{service} {msg}` }));
}

// What Nest tells about its own start is of use only to who looks for it.
const NEST_CONTEXTS = new Set(['NestFactory', 'NestApplication', 'InstanceLoader', 'RoutesResolver', 'RouterExplorer']);

/** Lets Nest, and the services' own `new Logger(name)`, write to the process's log. */
export class NestLogger implements LoggerService {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  log(message: unknown, ...rest: unknown[]): void {
    this.#write(NEST_CONTEXTS.has(String(rest.at(-1))) ? 'debug' : 'info', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.#write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.#write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.#write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.#write('trace', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.#write('fatal', message, rest);
  }

  // Nest passes the context's name last; objects before it are fields of the line.
  #write(level: 'info' | 'error' | 'warn' | 'debug' | 'trace' | 'fatal', message: unknown, rest: unknown[]): void {
    const context = rest.findLast(each => typeof each === 'string');
    const fields = Object.assign({}, ...rest.filter(each => typeof each === 'object'), { context }) as object;
    if (isError(message)) this.#logger[level]({ ...fields, err: message }, message.message);
    else if (typeof message === 'object' && message !== null) this.#logger[level]({ ...fields, ...message });
    else this.#logger[level](fields, String(message));
  }
}

// By shape: an error from another realm is no instance of this one's Error.
const isError = (value: unknown): value is Error =>
  typeof value === 'object' && value !== null && 'stack' in value && 'message' in value;
