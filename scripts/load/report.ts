import { z } from 'zod';

// The report of a load test, as `--json` writes it and `--baseline` reads it; docs/load-testing.md explains every member.

const Milliseconds = z.number();
const Count = z.int();
const Share = z.number().min(0).max(1);

export const QUANTILES = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99, 'p99.9': 0.999, max: 1 } as const;
export type QuantileName = keyof typeof QUANTILES;
const quantileNames = Object.keys(QUANTILES) as [QuantileName, ...QuantileName[]];

/** A trace, and where to look at it. */
const TraceRef = { traceId: z.string(), link: z.string() };

const Blame = z.object({ service: z.string(), step: z.string(), ms: Milliseconds, share: Share });

export const Row = z.object({
  name: z.enum(quantileNames),
  ms: Milliseconds,
  lowMs: Milliseconds,
  highMs: Milliseconds,
  ...TraceRef,
  /** What has most of the trace's critical path; absent where the trace was not read. */
  blame: Blame.optional(),
});
export type Row = z.infer<typeof Row>;

export const Latency = z.object({ count: Count, minMs: Milliseconds, meanMs: Milliseconds, rows: z.array(Row) });
export type Latency = z.infer<typeof Latency>;

export const Status = z.object({ status: Count, isError: z.boolean(), count: Count, share: Share, ...TraceRef });
export type Status = z.infer<typeof Status>;

export const Failure = z.object({ cause: z.string(), detail: z.string(), count: Count, share: Share, ...TraceRef });
export type Failure = z.infer<typeof Failure>;

const Counted = {
  requests: Count,
  ratePerSecond: z.number(),
  errors: Count,
  errorRate: Share,
  /** Since the request was due. */
  latency: Latency,
  /** Since the request was sent; tells the same as `latency` in a closed loop, where it is absent. */
  serviceTime: Latency.optional(),
  statuses: z.array(Status),
  failures: z.array(Failure),
};

export const Route = z.object({ route: z.string(), ...Counted });
export type Route = z.infer<typeof Route>;

const Explanation = z.object({
  durationMs: Milliseconds,
  spanCount: Count,
  /** How many rows the whole trace would have; the waterfall has the first. */
  rowCount: Count,
  services: z.array(Blame).readonly(),
  steps: z.array(Blame).readonly(),
  waterfall: z
    .array(
      z.object({
        depth: Count,
        service: z.string(),
        name: z.string(),
        startMs: Milliseconds,
        ms: Milliseconds,
        isError: z.boolean(),
        criticalMs: z.array(z.tuple([Milliseconds, Milliseconds]).readonly()).readonly(),
      }),
    )
    .readonly(),
});

const Growths = z
  .array(
    z.object({
      service: z.string(),
      step: z.string(),
      beforeMs: Milliseconds,
      afterMs: Milliseconds,
      grewMs: Milliseconds,
      beforeCount: Count,
      afterCount: Count,
    }),
  )
  .readonly();

const Traces = z.discriminatedUnion('state', [
  z.object({ state: z.literal('unreadable'), reason: z.string() }),
  z.object({
    state: z.literal('read'),
    asked: Count,
    found: Count,
    slowest: z.object({ route: z.string(), ms: Milliseconds, ...TraceRef, explanation: Explanation }).optional(),
    /** What the p99 does that the p50 of its route does not. */
    difference: z
      .object({
        route: z.string(),
        p50: z.object(TraceRef),
        p99: z.object(TraceRef),
        added: Growths,
        grew: Growths,
        missing: Growths,
      })
      .optional(),
  }),
]);
export type Traces = z.infer<typeof Traces>;

export const ThresholdResult = z.object({
  text: z.string(),
  actual: z.number().nullable(),
  unit: z.enum(['ms', '%', '/s']),
  isMet: z.boolean(),
});
export type ThresholdResult = z.infer<typeof ThresholdResult>;

export const Change = z.object({
  route: z.string(),
  figure: z.string(),
  unit: z.enum(['ms', '%', '/s']),
  before: z.number(),
  after: z.number(),
});
export type Change = z.infer<typeof Change>;

export const Settings = z.object({
  url: z.string(),
  traces: z.string(),
  users: Count,
  /** Of each user; 2^53-1 where only the time bounds them. */
  requests: Count,
  rampUpS: z.number(),
  ratePerSecond: z.number().nullable(),
  durationS: z.number().nullable(),
  thinkS: z.tuple([z.number(), z.number()]),
  warmupS: z.number(),
  timeoutS: z.number(),
  seed: Count,
});
export type Settings = z.infer<typeof Settings>;

export const LoadReport = z.object({
  schema: z.literal('tracelab.load-report/1'),
  tool: z.object({ version: z.string(), node: z.string(), platform: z.string(), cores: Count }),
  settings: Settings,
  loop: z.enum(['closed', 'open']),
  startedAt: z.iso.datetime(),
  durationS: z.number(),
  /** False when Ctrl-C ended the run. */
  isComplete: z.boolean(),
  cancelled: Count,
  ...Counted,
  routes: z.array(Route),
  seconds: z.array(
    z.object({
      answered: Count,
      errors: Count,
      p50Ms: Milliseconds,
      p99Ms: Milliseconds,
      maxMs: Milliseconds,
      maxTraceId: z.string(),
    }),
  ),
  histogram: z.array(z.object({ fromMs: Milliseconds, toMs: Milliseconds, count: Count })),
  traces: Traces,
  thresholds: z.array(ThresholdResult),
  baseline: z
    .object({
      startedAt: z.string(),
      /** Names of settings in which the two runs differ. */
      otherSettings: z.array(z.string()),
      worse: z.array(Change),
      better: z.array(Change),
    })
    .optional(),
});
export type LoadReport = z.infer<typeof LoadReport>;

export function rowOf({ rows }: Latency, name: QuantileName): Row | undefined {
  return rows.find(row => row.name === name);
}
