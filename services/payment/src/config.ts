import { serviceConfig, serviceSettings } from '@tracelab/service-kit';
import { milliseconds, parseEnv } from '@tracelab/service-kit/config';
import { demoConfig, demoSettings } from '@tracelab/simulation';
import { z } from 'zod';

export const DEMO_DEFAULTS = {
  delays: {
    validate_payment_data: [5, 20],
    credit_card: [100, 300],
    debit_card: [80, 250],
    paypal: [50, 150],
    bank_transfer: [200, 500],
    record_payment: [10, 50],
    send_confirmation: [10, 30],
    get_payment: [10, 50],
    refund_payment: [50, 150],
  },
  failureRates: { payment: 0.1, confirmation: 0.01, refund: 0.05 },
} as const;

export const Env = z.object({
  ...serviceSettings({ service: 'payment', port: 8003 }),
  ...demoSettings(DEMO_DEFAULTS),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  ORDER_URL: z.url().default('http://127.0.0.1:8002'),
  CALL_TIMEOUT_MS: milliseconds().default(5_000),
  /** After this long, a payment that was being made and whose maker gave no sign may be taken up by a retry. */
  PAYMENT_LEASE_MS: milliseconds().default(15_000),
});

export type Config = ReturnType<typeof loadConfig>;

export function loadConfig(env = process.env) {
  const parsed = parseEnv(Env, env);
  return {
    ...serviceConfig(parsed),
    demo: demoConfig(DEMO_DEFAULTS, parsed),
    databaseUrl: parsed.DATABASE_URL,
    orderUrl: parsed.ORDER_URL,
    callTimeoutMs: parsed.CALL_TIMEOUT_MS,
    leaseMs: parsed.PAYMENT_LEASE_MS,
  };
}
