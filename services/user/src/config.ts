import { serviceConfig, serviceSettings } from '@tracelab/service-kit';
import { milliseconds, parseEnv } from '@tracelab/service-kit/config';
import { demoConfig, demoSettings } from '@tracelab/simulation';
import { z } from 'zod';

export const DEMO_DEFAULTS = {
  delays: {
    get_user: [10, 50],
    create_user: [20, 80],
    validate_user_data: [5, 20],
    get_user_orders: [10, 40],
  },
  failureRates: {},
} as const;

export const Env = z.object({
  ...serviceSettings({ service: 'user', port: 8001 }),
  ...demoSettings(DEMO_DEFAULTS),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  USER_CACHE_TTL_MS: milliseconds().default(60_000),
  ORDER_URL: z.url().default('http://127.0.0.1:8002'),
  CALL_TIMEOUT_MS: milliseconds().default(5_000),
});

export type Config = ReturnType<typeof loadConfig>;

export function loadConfig(env = process.env) {
  const parsed = parseEnv(Env, env);
  return {
    ...serviceConfig(parsed),
    demo: demoConfig(DEMO_DEFAULTS, parsed),
    databaseUrl: parsed.DATABASE_URL,
    redisUrl: parsed.REDIS_URL,
    cacheTtlMs: parsed.USER_CACHE_TTL_MS,
    orderUrl: parsed.ORDER_URL,
    callTimeoutMs: parsed.CALL_TIMEOUT_MS,
  };
}
