import { z } from 'zod';

// The trace backend's answers. They are Jaeger's, so a real Jaeger's answers parse as well; what only our hub answers
// stands under /api/hub and is named Hub….

const Micros = z.int();
const DecimalText = z.string().regex(/^\d+$/);
const TraceIdText = z.string().regex(/^[0-9a-f]{16}(?:[0-9a-f]{16})?$/);

/** A tag, with Jaeger's type names. An int64 beyond 2^53 comes as text. */
export const JaegerTag = z.object({
  key: z.string(),
  type: z.enum(['string', 'bool', 'int64', 'float64', 'binary']),
  value: z.union([z.string(), z.number(), z.boolean()]),
});
export type JaegerTag = z.infer<typeof JaegerTag>;

export const JaegerReference = z.object({
  refType: z.enum(['CHILD_OF', 'FOLLOWS_FROM']),
  traceID: TraceIdText,
  spanID: z.string(),
});
export type JaegerReference = z.infer<typeof JaegerReference>;

export const JaegerSpan = z.object({
  traceID: TraceIdText,
  spanID: z.string().regex(/^[0-9a-f]{16}$/),
  flags: z.int().optional(),
  operationName: z.string(),
  references: z.array(JaegerReference),
  startTime: Micros,
  duration: Micros,
  tags: z.array(JaegerTag),
  logs: z.array(z.object({ timestamp: Micros, fields: z.array(JaegerTag) })),
  processID: z.string(),
  warnings: z.array(z.string()).nullable(),
});
export type JaegerSpan = z.infer<typeof JaegerSpan>;

export const JaegerProcess = z.object({ serviceName: z.string(), tags: z.array(JaegerTag) });
export type JaegerProcess = z.infer<typeof JaegerProcess>;

export const JaegerTrace = z.object({
  traceID: TraceIdText,
  spans: z.array(JaegerSpan),
  processes: z.record(z.string(), JaegerProcess),
  warnings: z.array(z.string()).nullable(),
});
export type JaegerTrace = z.infer<typeof JaegerTrace>;

export const JaegerFault = z.object({
  code: z.int().optional(),
  msg: z.string(),
  traceID: z.string().optional(),
});
export type JaegerFault = z.infer<typeof JaegerFault>;

/** What every v1 answer is wrapped in. */
export const jaegerEnvelope = <Data extends z.ZodType>(data: Data) =>
  z.object({
    data,
    total: z.int(),
    limit: z.int(),
    offset: z.int(),
    errors: z.array(JaegerFault).nullable(),
  });

/** `GET /api/services`, and `GET /api/services/{service}/operations`, which is null when there are none. */
export const JaegerNames = jaegerEnvelope(z.array(z.string()).nullable());
export const JaegerOperation = z.object({ name: z.string(), spanKind: z.string() });
/** `GET /api/operations`. */
export const JaegerOperations = jaegerEnvelope(z.array(JaegerOperation));
/** `GET /api/traces` and `GET /api/traces/{id}`. */
export const JaegerTraces = jaegerEnvelope(z.array(JaegerTrace));
export const JaegerFailure = jaegerEnvelope(z.null());

export const JaegerDependency = z.object({ parent: z.string(), child: z.string(), callCount: z.int() });
export const JaegerDependencies = jaegerEnvelope(z.array(JaegerDependency));

/** `GET /api/metrics/{latencies,calls,errors}`: no envelope. Latencies in milliseconds, calls per second, errors 0 to 1. */
export const JaegerMetricFamily = z.object({
  name: z.string(),
  type: z.literal('GAUGE'),
  help: z.string(),
  metrics: z.array(
    z.object({
      labels: z.array(z.object({ name: z.string(), value: z.string() })),
      metricPoints: z.array(
        z.object({ gaugeValue: z.object({ doubleValue: z.number() }), timestamp: z.iso.datetime({ offset: true }) }),
      ),
    }),
  ),
});
export type JaegerMetricFamily = z.infer<typeof JaegerMetricFamily>;

/** `GET /api/v3/services`. */
export const V3Services = z.object({ services: z.array(z.string()) });
/** `GET /api/v3/operations`. */
export const V3Operations = z.object({ operations: z.array(JaegerOperation) });

const OtlpList = z.array(z.looseObject({}));
/** `GET /api/v3/traces` and `/api/v3/traces/{id}`: OTLP JSON, read on with trace-model's `spansFromOtlp`. */
export const V3Traces = z.object({
  result: z.object({
    resourceSpans: z.array(z.looseObject({ scopeSpans: z.array(z.looseObject({ spans: OtlpList })) })),
  }),
});

export const V3ServiceCount = z.object({
  name: z.string(),
  spanCount: z.int().default(0),
  errorSpanCount: z.int().default(0),
});

/** A trace in one line. Members that are zero or empty may be absent. */
export const V3Summary = z.object({
  traceId: z.string().regex(/^[0-9a-f]{32}$/),
  rootServiceName: z.string().default(''),
  rootOperationName: z.string().default(''),
  minStartTimeUnixNano: DecimalText.default('0'),
  maxEndTimeUnixNano: DecimalText.default('0'),
  spanCount: z.int().default(0),
  errorSpanCount: z.int().default(0),
  orphanSpanCount: z.int().default(0),
  services: z.array(V3ServiceCount).default([]),
});
export type V3Summary = z.infer<typeof V3Summary>;

/** `GET /api/v3/trace-summaries`. */
export const V3Summaries = z.object({ summaries: z.array(V3Summary).default([]) });
export const V3Failure = z.object({ error: z.object({ httpCode: z.int(), message: z.string() }) });

/** `GET /api/hub/search`: a page of summaries over the whole store. */
export const HubSearchPage = z.object({
  summaries: z.array(V3Summary),
  /** Pass as `after` for the next page; absent on the last. */
  next: z.string().optional(),
  /** The search ran out of its time: there may be more matches than the pages tell. */
  isTruncated: z.boolean(),
});
export type HubSearchPage = z.infer<typeof HubSearchPage>;

/** `GET /api/hub/attributes`: attribute keys, the most frequent first. */
export const HubAttributeKeys = z.object({
  keys: z.array(z.object({ key: z.string(), spanCount: z.int() })),
});

/** `GET /api/hub/attributes/{key}/values`. A key of very many values keeps only some of them. */
export const HubAttributeValues = z.object({
  values: z.array(z.object({ value: z.string(), spanCount: z.int() })),
  isComplete: z.boolean(),
});

const Milliseconds = z.number();

/** `GET /api/hub/dependencies`: the service map. */
export const HubDependencies = z.object({
  edges: z.array(
    z.object({
      parent: z.string(),
      child: z.string(),
      kind: z.enum(['call', 'database', 'messaging']),
      callCount: z.int(),
      errorCount: z.int(),
      callsPerSecond: z.number(),
      errorRatio: z.number(),
      p50Ms: Milliseconds,
      p95Ms: Milliseconds,
    }),
  ),
});
export type HubDependencies = z.infer<typeof HubDependencies>;

/** `GET /api/hub/red`: rate, errors and durations by operation, summed and over time. */
export const HubRed = z.object({
  stepMs: Milliseconds,
  operations: z.array(
    z.object({
      service: z.string(),
      operation: z.string(),
      kind: z.string(),
      callCount: z.int(),
      errorCount: z.int(),
      p50Ms: Milliseconds,
      p95Ms: Milliseconds,
      p99Ms: Milliseconds,
      points: z.array(
        z.object({ startMs: Milliseconds, callCount: z.int(), errorCount: z.int(), p95Ms: Milliseconds }),
      ),
    }),
  ),
});
export type HubRed = z.infer<typeof HubRed>;

/** One line of the doctor's report. */
export const HubFinding = z.object({
  fault: z.string(),
  /** Information is worth knowing, and as it should be. */
  severity: z.enum(['fault', 'information']).default('fault'),
  title: z.string(),
  count: z.int(),
  remedy: z.string(),
  examples: z.array(z.object({ traceId: z.string(), spanId: z.string(), service: z.string(), detail: z.string() })),
});
export type HubFinding = z.infer<typeof HubFinding>;

/** `GET /api/hub/doctor`. */
export const HubDoctorReport = z.object({
  examinedTraces: z.int(),
  examinedSpans: z.int(),
  findings: z.array(HubFinding),
});
export type HubDoctorReport = z.infer<typeof HubDoctorReport>;

/** `GET /api/hub/live`, one server-sent event `traces`: summaries of traces that changed; a trace may come again. */
export const HubLiveTraces = z.object({ summaries: z.array(V3Summary) });
/** The event `dropped`: traces that this client was not told of since it connected, because it or the hub was too slow. */
export const HubLiveDropped = z.object({ traceCount: z.int() });

/** `GET /api/hub/status`: how full the store is. */
export const HubStatus = z.object({
  store: z.string(),
  /** Where spans are sent, on the same host. */
  otlpPort: z.int(),
  engine: z.string(),
  spanCount: z.int(),
  traceCount: z.int(),
  diskBytes: z.int(),
  diskLimitBytes: z.int(),
  memoryBytes: z.int(),
  memoryLimitBytes: z.int(),
  queueBytes: z.int(),
  oldestStartMs: Milliseconds.optional(),
  evictedSpanCount: z.int(),
  files: z.array(z.object({ name: z.string(), sizeBytes: z.int() })),
  setAside: z.array(z.string()),
});
export type HubStatus = z.infer<typeof HubStatus>;
