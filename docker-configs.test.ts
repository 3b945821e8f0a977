// The configuration files under docker/ that no program of ours reads: checked against what the programs' documentation
// says of their structure. A misspelt component would otherwise be found at the first start, by somebody else.
import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';

const Name = z.string().regex(/^[a-z_0-9]+(\/[\w-]+)?$/);
const Components = z.record(Name, z.record(z.string(), z.unknown()).nullable());

/** An OpenTelemetry Collector's file, which is what Jaeger v2 is at heart. */
const Collector = z.strictObject({
  extensions: Components.default({}),
  receivers: Components,
  processors: Components.default({}),
  exporters: Components,
  connectors: Components.optional(),
  service: z.strictObject({
    extensions: z.array(Name).default([]),
    pipelines: z.record(
      z.string().regex(/^(traces|metrics|logs)(\/[\w-]+)?$/),
      z.strictObject({ receivers: z.array(Name), processors: z.array(Name).default([]), exporters: z.array(Name) }),
    ),
    telemetry: z.record(z.string(), z.unknown()).optional(),
  }),
});
type Collector = z.infer<typeof Collector>;

const KNOWN = {
  extensions: ['health_check', 'healthcheckv2', 'jaeger_storage', 'jaeger_query'],
  receivers: ['otlp'],
  processors: ['memory_limiter', 'batch', 'redaction', 'tail_sampling'],
  exporters: ['otlp', 'loadbalancing', 'jaeger_storage_exporter'],
} as const;
type Part = keyof typeof KNOWN;

const Storage = z.strictObject({
  backends: z.record(
    z.string(),
    z.union([
      z.strictObject({ memory: z.strictObject({ max_traces: z.int().positive() }) }),
      z.strictObject({
        opensearch: z.object({ server_urls: z.array(z.url()), indices: z.record(z.string(), z.unknown()).optional() }),
      }),
      z.strictObject({
        cassandra: z.object({
          schema: z.object({ keyspace: z.string() }),
          connection: z.object({ servers: z.array(z.string()) }),
        }),
      }),
      z.strictObject({ clickhouse: z.object({ addresses: z.array(z.string()), database: z.string() }) }),
    ]),
  ),
});

const Query = z.object({
  storage: z.strictObject({ traces: z.string(), metrics: z.string().optional() }),
  http: z.object({ endpoint: z.literal('0.0.0.0:16686') }),
});

const policy = <Type extends string, Options extends z.ZodRawShape>(type: Type, options: Options) =>
  z.strictObject({ name: z.string(), type: z.literal(type), [type]: z.strictObject(options) });

const TailSampling = z.strictObject({
  decision_wait: z.string().regex(/^\d+s$/),
  num_traces: z.int(),
  expected_new_traces_per_sec: z.int(),
  policies: z.array(
    z.union([
      policy('status_code', { status_codes: z.array(z.enum(['OK', 'ERROR', 'UNSET'])) }),
      policy('latency', { threshold_ms: z.int() }),
      policy('probabilistic', { sampling_percentage: z.number().min(0).max(100) }),
    ]),
  ),
});

const Redaction = z.strictObject({
  allow_all_keys: z.boolean(),
  blocked_key_patterns: z.array(z.string()),
  blocked_values: z.array(z.string()),
  summary: z.enum(['silent', 'info', 'debug']),
});

const read = (file: string): unknown => parse(readFileSync(file, 'utf8'));
const files = globSync(['docker/jaeger/*.yaml', 'docker/collector/*.yaml', 'docker/scale/*.yaml']).sort();
const typeOf = (name: string) => name.split('/')[0] ?? name;

const used = ({ service }: Collector): Readonly<Record<Part, readonly string[]>> => {
  const pipelines = Object.values(service.pipelines);
  return {
    extensions: service.extensions,
    receivers: pipelines.flatMap(({ receivers }) => receivers),
    processors: pipelines.flatMap(({ processors }) => processors),
    exporters: pipelines.flatMap(({ exporters }) => exporters),
  };
};

test('there are files to check', () => {
  expect(files.length).toBeGreaterThanOrEqual(6);
});

describe.each(files)('%s', file => {
  const config = Collector.parse(read(file));

  test.each(Object.keys(KNOWN) as Part[])('its %s exist, are defined, and are used', part => {
    const defined = Object.keys(config[part]);
    expect(defined.map(typeOf).filter(type => !(KNOWN[part] as readonly string[]).includes(type))).toEqual([]);
    expect([...new Set(used(config)[part])].sort()).toEqual(defined.sort());
  });

  test('the memory limit comes first, so that it can refuse what nothing has been done for yet', () => {
    for (const { processors } of Object.values(config.service.pipelines)) expect(processors[0]).toBe('memory_limiter');
  });

  test('takes OTLP on the ports that the services know', () => {
    expect(config.receivers['otlp']).toMatchObject({
      protocols: { grpc: { endpoint: '0.0.0.0:4317' }, http: { endpoint: '0.0.0.0:4318' } },
    });
  });

  test('a storage that Jaeger queries and writes is one that it defines', () => {
    const storage = config.extensions['jaeger_storage'];
    if (storage === undefined) return;
    const backends = Object.keys(Storage.parse(storage).backends);
    expect(backends).toContain(Query.parse(config.extensions['jaeger_query']).storage.traces);
    expect(backends).toContain(config.exporters['jaeger_storage_exporter']?.['trace_storage']);
  });

  test('holds no secret: each comes from the environment', () => {
    for (const [, value] of readFileSync(file, 'utf8').matchAll(/(?:password|token|secret):\s*(\S+)/g)) {
      expect(value).toMatch(/^\$\{env:\w+\}$/);
    }
  });
});

test("the collector's sampling and redaction have the options that their processors know", () => {
  const { processors } = Collector.parse(read('docker/collector/config.yaml'));
  expect(TailSampling.safeParse(processors['tail_sampling']).error).toBeUndefined();
  const { blocked_values, blocked_key_patterns } = Redaction.parse(processors['redaction']);
  // Go's syntax; (?i) is the only part that JavaScript writes otherwise.
  const matches = (patterns: readonly string[], text: string) =>
    patterns.some(pattern => new RegExp(pattern.replace('(?i)', ''), 'i').test(text));
  for (const secret of ['4111 1111 1111 1111', 'ada@example.com', 'eyJhbGciOi.eyJzdWIiOi.c2ln']) {
    expect(matches(blocked_values, secret)).toBe(true);
  }
  for (const key of ['user.password', 'Authorization', 'set-cookie'])
    expect(matches(blocked_key_patterns, key)).toBe(true);
  expect(matches(blocked_values, 'GET /users/{user_id}')).toBe(false);
});

describe.each(globSync('docker-compose*.yml'))('%s', file => {
  const text = readFileSync(file, 'utf8');

  test('publishes ports on loopback unless told otherwise', () => {
    for (const [, published] of text.matchAll(/'(\S+:\d+:\d+)'/g)) {
      expect(published).toMatch(/^\$\{BIND_ADDRESS:-127\.0\.0\.1\}:/);
    }
  });

  test('names no secret and no moving tag', () => {
    expect(text).not.toMatch(/PASSWORD: (?!\$\{)\S/);
    expect(text).not.toMatch(/:latest\b/);
  });
});

test('the memory limits of the system stay under 1.5 GB', () => {
  const { services } = parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true }) as {
    services: Record<string, { mem_limit?: string; profiles?: string[] }>;
  };
  const limits = Object.values(services)
    .filter(({ profiles }) => profiles === undefined)
    .map(({ mem_limit }) => Number(/^(\d+)m$/.exec(mem_limit ?? '')?.[1]));
  expect(limits.reduce((sum, each) => sum + each, 0)).toBeLessThan(1_536);
});
