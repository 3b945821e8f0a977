import { serviceConfig, serviceSettings } from '@tracelab/service-kit';
import { parseEnv } from '@tracelab/service-kit/config';
import { demoConfig, demoSettings } from '@tracelab/simulation';
import { z } from 'zod';

export const DEMO_DEFAULTS = {
  delays: {
    get_order: [10, 50],
    create_order: [20, 80],
    validate_order_data: [5, 20],
    check_inventory: [10, 30],
    calculate_total: [5, 20],
    send_notification: [10, 30],
    update_status: [10, 40],
  },
  failureRates: { inventory: 0.05, notification: 0.02 },
} as const;

export const Env = z.object({
  ...serviceSettings({ service: 'order', port: 8002 }),
  ...demoSettings(DEMO_DEFAULTS),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
});

export type Config = ReturnType<typeof loadConfig>;

export function loadConfig(env = process.env) {
  const parsed = parseEnv(Env, env);
  return {
    ...serviceConfig(parsed),
    demo: demoConfig(DEMO_DEFAULTS, parsed),
    databaseUrl: parsed.DATABASE_URL,
  };
}
