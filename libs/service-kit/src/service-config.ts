import { z } from 'zod';
import { flag, milliseconds, port } from './config.ts';

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** The settings that every service has; each service adds its own: `z.object({ ...serviceSettings(…), … })`. */
export const serviceSettings = (defaults: { readonly service: string; readonly port: number }) => ({
  SERVICE_NAME: z.string().default(defaults.service),
  HOST: z.string().default('127.0.0.1'),
  PORT: port().default(defaults.port),
  ENVIRONMENT: z.string().default('development'),
  LOG_LEVEL: z.string().toLowerCase().pipe(z.enum(LEVELS)).optional(),
  DEBUG: flag().default(false),
  LOG_PRETTY: flag().optional(),
  /** Which web pages may call: one origin, a comma-separated list, `*` for any, `off` for none. */
  CORS_ORIGIN: z.string().default('*'),
  REQUEST_TIMEOUT_MS: milliseconds().default(10_000),
  SHUTDOWN_TIMEOUT_MS: milliseconds().default(10_000),
});

export interface ServiceConfig {
  readonly service: string;
  readonly host: string;
  readonly port: number;
  readonly environment: string;
  readonly logLevel: (typeof LEVELS)[number];
  readonly isLogPretty: boolean;
  readonly corsOrigin: string | readonly string[] | false;
  readonly requestTimeoutMs: number;
  readonly shutdownTimeoutMs: number;
}

export function serviceConfig(env: z.output<z.ZodObject<ReturnType<typeof serviceSettings>>>): ServiceConfig {
  return {
    service: env.SERVICE_NAME,
    host: env.HOST,
    port: env.PORT,
    environment: env.ENVIRONMENT,
    logLevel: env.LOG_LEVEL ?? (env.DEBUG ? 'debug' : 'info'),
    isLogPretty: env.LOG_PRETTY ?? (process.stdout.isTTY && env.ENVIRONMENT !== 'production'),
    corsOrigin: originOf(env.CORS_ORIGIN),
    requestTimeoutMs: env.REQUEST_TIMEOUT_MS,
    shutdownTimeoutMs: env.SHUTDOWN_TIMEOUT_MS,
  };
}

function originOf(setting: string): ServiceConfig['corsOrigin'] {
  if (setting === 'off') return false;
  return setting.includes(',') ? setting.split(',').map(origin => origin.trim()) : setting;
}
