import { serviceConfig, serviceSettings } from '@tracelab/service-kit';
import { milliseconds, numeric, parseEnv } from '@tracelab/service-kit/config';
import { z } from 'zod';

const HOUR_MS = 3_600_000;
const MIB = 1024 * 1024;

const count = () => numeric(z.int().min(1));

export const Env = z.object({
  ...serviceSettings({ service: 'perf-tracer', port: 8004 }),
  /** Without one, traces are kept in memory and end with the process. */
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  MEMORY_LIMIT_BYTES: count().default(64 * MIB),
  TRACES_PER_TAG: count().default(1_000),
  STEPS_PER_TRACE: count().default(10_000),
  FINISHED_TTL_MS: milliseconds().default(7 * 24 * HOUR_MS),
  ACTIVE_TTL_MS: milliseconds().default(24 * HOUR_MS),
});

export type Config = ReturnType<typeof loadConfig>;

export function loadConfig(env = process.env) {
  const parsed = parseEnv(Env, env);
  return {
    ...serviceConfig(parsed),
    databaseUrl: parsed.DATABASE_URL,
    memoryLimitBytes: parsed.MEMORY_LIMIT_BYTES,
    tracesPerTag: parsed.TRACES_PER_TAG,
    stepsPerTrace: parsed.STEPS_PER_TRACE,
    finishedTtlMs: parsed.FINISHED_TTL_MS,
    activeTtlMs: parsed.ACTIVE_TTL_MS,
  };
}
