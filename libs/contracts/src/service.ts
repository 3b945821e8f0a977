import { z } from 'zod';
import { endpoint } from './endpoint.ts';

export const Root = z
  .object({ message: z.string(), status: z.literal('running') })
  .meta({ id: 'Root', examples: [{ message: 'NestJS with Jaeger Tracing Demo', status: 'running' }] });
export type Root = z.infer<typeof Root>;

export const Health = z
  .object({ status: z.literal('healthy'), service: z.string() })
  .meta({ id: 'Health', examples: [{ status: 'healthy', service: 'gateway' }] });
export type Health = z.infer<typeof Health>;

export const Readiness = z
  .object({
    status: z.enum(['ready', 'not ready', 'stopping']),
    service: z.string(),
    /** The state of each thing that the service uses: `up`, or the reason in a word. */
    dependencies: z.record(z.string(), z.string()),
  })
  .meta({ id: 'Readiness', examples: [{ status: 'ready', service: 'user', dependencies: { postgres: 'up' } }] });
export type Readiness = z.infer<typeof Readiness>;

export const getRoot = endpoint({ method: 'GET', path: '/', summary: 'What this is', response: Root });

export const getHealth = endpoint({
  method: 'GET',
  path: '/health',
  summary: 'Whether the process answers',
  response: Health,
});

export const getLiveness = endpoint({
  method: 'GET',
  path: '/health/live',
  summary: 'Whether the process answers; for orchestrators',
  response: Health,
});

/** Answers 503 with the same body while something is missing. */
export const getReadiness = endpoint({
  method: 'GET',
  path: '/health/ready',
  summary: 'Whether the service and everything it needs can take requests',
  response: Readiness,
  alsoAnswers: [503],
});
