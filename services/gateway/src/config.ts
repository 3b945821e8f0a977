import { serviceConfig, serviceSettings } from '@tracelab/service-kit';
import { milliseconds, parseEnv } from '@tracelab/service-kit/config';
import { z } from 'zod';

export const Env = z.object({
  ...serviceSettings({ service: 'gateway', port: 8000 }),
  USER_URL: z.url().default('http://127.0.0.1:8001'),
  ORDER_URL: z.url().default('http://127.0.0.1:8002'),
  PAYMENT_URL: z.url().default('http://127.0.0.1:8003'),
  PERF_TRACER_URL: z.url().default('http://127.0.0.1:8004'),
  CALL_TIMEOUT_MS: milliseconds().default(5_000),
});

export type Config = ReturnType<typeof loadConfig>;

export function loadConfig(env = process.env) {
  const parsed = parseEnv(Env, env);
  return {
    ...serviceConfig(parsed),
    userUrl: parsed.USER_URL,
    orderUrl: parsed.ORDER_URL,
    paymentUrl: parsed.PAYMENT_URL,
    perfTracerUrl: parsed.PERF_TRACER_URL,
    callTimeoutMs: parsed.CALL_TIMEOUT_MS,
  };
}
