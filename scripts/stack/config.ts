import { flag, parseEnv, port } from '@tracelab/service-kit/config';
import { z } from 'zod';

const Env = z.object({
  GATEWAY_PORT: port().default(8000),
  USER_PORT: port().default(8001),
  ORDER_PORT: port().default(8002),
  PAYMENT_PORT: port().default(8003),
  PERF_TRACER_PORT: port().default(8004),
  HUB_PORT: port().default(16_686),
  HUB_OTLP_PORT: port().default(4318),
  /** A free one where this one is taken: nothing but the services needs to know it. */
  POSTGRES_PORT: port().default(54_320),
  /** Where the stack keeps its data and its logs. */
  TRACELAB_DATA: z.string().default('.tracelab'),
  /** A Postgres that runs already, to be used in place of the stack's own: postgres://user:password@host:port */
  POSTGRES_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  NO_REDIS: flag().default(false),
  PATH: z.string().default(''),
});

export type StackConfig = ReturnType<typeof loadStackConfig>;

/** Everything that can be set about the local stack; the services get the rest of the environment as it is. */
export function loadStackConfig(env = process.env) {
  const parsed = parseEnv(Env, env);
  return {
    ports: {
      gateway: parsed.GATEWAY_PORT,
      user: parsed.USER_PORT,
      order: parsed.ORDER_PORT,
      payment: parsed.PAYMENT_PORT,
      'perf-tracer': parsed.PERF_TRACER_PORT,
      hub: parsed.HUB_PORT,
      otlp: parsed.HUB_OTLP_PORT,
      postgres: parsed.POSTGRES_PORT,
    },
    dataFolder: parsed.TRACELAB_DATA,
    postgresUrl: parsed.POSTGRES_URL,
    redisUrl: parsed.REDIS_URL,
    mayStartRedis: !parsed.NO_REDIS,
    path: parsed.PATH,
    inherited: env,
  };
}

/** The setting that moves a port, by the name of what listens there. */
export const PORT_SETTINGS = {
  gateway: 'GATEWAY_PORT',
  user: 'USER_PORT',
  order: 'ORDER_PORT',
  payment: 'PAYMENT_PORT',
  'perf-tracer': 'PERF_TRACER_PORT',
  hub: 'HUB_PORT',
  otlp: 'HUB_OTLP_PORT',
} as const;
