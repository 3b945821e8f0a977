import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { problemType } from './problem.ts';

/** Sequential awaits one function after the other; parallel awaits the three modules side by side. */
export const ExecutionMode = z.enum(['sequential', 'parallel']);
export type ExecutionMode = z.infer<typeof ExecutionMode>;

/** `flame` is folded stacks, for flame graphs; `chrome` is what chrome://tracing and Perfetto read. */
export const ExecutionFormat = z.enum(['json', 'text', 'flame', 'chrome']);
export type ExecutionFormat = z.infer<typeof ExecutionFormat>;

export const ExecutionQuery = z.object({
  mode: ExecutionMode.default('sequential'),
  format: ExecutionFormat.default('json'),
  fail: z
    .string()
    .regex(/^[abc][123]?$/, 'must be one of the functions a, a1, … c3')
    .optional()
    .meta({ description: 'The function that shall fail, such as b2' }),
  timings: z.stringbool({ error: 'must be true or false' }).default(false).meta({ description: 'Add numbers in ms' }),
});
export type ExecutionQuery = z.output<typeof ExecutionQuery>;

/** One call. Members after `children` are there only when they have something to say. */
export interface ExecutionStep {
  readonly operation: string;
  readonly description: string;
  /** From 1, in the order of the calls. */
  readonly orderid: number;
  /** `0.10 seconds`, or `N/A` for what is not timed or has not ended. */
  readonly execution_time: string;
  readonly children: readonly ExecutionStep[];
  readonly status?: 'error' | 'running' | 'late' | undefined;
  readonly error?: { readonly type: string; readonly message: string } | undefined;
  readonly started_at_ms?: number | undefined;
  readonly duration_ms?: number | undefined;
  readonly self_ms?: number | undefined;
}

export const ExecutionStep: z.ZodType<ExecutionStep> = z
  .object({
    operation: z.string(),
    description: z.string(),
    orderid: z.int(),
    execution_time: z.string(),
    get children() {
      return z.array(ExecutionStep);
    },
    status: z.enum(['error', 'running', 'late']).optional(),
    error: z.object({ type: z.string(), message: z.string() }).optional(),
    started_at_ms: z.number().optional(),
    duration_ms: z.number().optional(),
    self_ms: z.number().optional(),
  })
  .meta({
    id: 'ExecutionStep',
    examples: [
      { operation: 'main', description: 'Main function', orderid: 1, execution_time: '1.80 seconds', children: [] },
    ],
  });

/** Where the process records no spans. */
export const NoExecution = z.object({ message: z.literal('No trace found.') });

const response = z.union([ExecutionStep, NoExecution]).meta({ examples: [{ message: 'No trace found.' }] });

/** What the problem has beside the standard members: what ran until it failed. */
export const ExecutionFailure = z.object({ trace: response });

export const ExecutionFailed = problemType({
  code: 'ExecutionFailed',
  kind: 'internal',
  title: 'One of the functions failed',
  members: ExecutionFailure,
});

export const traceExecution = endpoint({
  method: 'GET',
  path: '/trace',
  summary: 'Run main (a, b, c) and answer with its execution tree',
  query: ExecutionQuery,
  response,
  errors: [ExecutionFailed],
});

export const traceShortExecution = endpoint({
  method: 'GET',
  path: '/trace2',
  summary: 'Run main2 (a, b) and answer with its execution tree',
  query: ExecutionQuery,
  response,
  errors: [ExecutionFailed],
});
