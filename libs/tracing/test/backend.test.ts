import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { diag } from '@opentelemetry/api';
import { metricsText, startTracing, withSpan } from '@tracelab/tracing';
import type { Tracing } from '@tracelab/tracing';
import { OtlpReceiver } from './otlp-receiver.ts';

// Short times in the place of the real ones, so that an outage is over within the test.
const environment = {
  OTEL_BSP_SCHEDULE_DELAY: '10',
  OTEL_EXPORTER_OTLP_TIMEOUT: '400',
  OTEL_BSP_MAX_QUEUE_SIZE: '100',
};
let backend: OtlpReceiver;
let tracing: Tracing;
let said: string[];

beforeEach(async () => {
  backend = await new OtlpReceiver().listen();
  Object.assign(process.env, environment);
  said = [];
  jest.spyOn(process.stderr, 'write').mockImplementation(text => {
    said.push(String(text));
    return true;
  });
  tracing = startTracing({
    serviceName: 'test',
    endpoint: `${backend.baseUrl}/v1/traces`,
    clients: [],
    handlesProcessEnd: false,
    shutdownLimitMs: 2_000,
  });
});
afterEach(async () => {
  await tracing.shutdown();
  diag.disable();
  jest.restoreAllMocks();
  await backend.close();
  for (const name of Object.keys(environment)) Reflect.deleteProperty(process.env, name);
});

const work = (count: number) => {
  for (let i = 0; i < count; i++) withSpan('work', () => i);
};
const until = async (isTrue: () => boolean) => {
  for (let tries = 0; tries < 500 && !isTrue(); tries++) await new Promise(resolve => setTimeout(resolve, 10));
};

test('a backend that takes everything is told nothing about', async () => {
  work(30);
  await tracing.flush();
  expect(backend.spans).toHaveLength(30);
  expect(tracing.stats()).toMatchObject({ exported: 30, failed: 0, dropped: 0, queued: 0 });
  expect(said).toEqual([]);
});

test.each([['silent'], [{ status: 500 }], [{ status: 429 }], [{ status: 400 }]] as const)(
  'a backend that is %p costs spans, counted and told once, and gets them again when it is well',
  async behaviour => {
    backend.behaviour = behaviour;
    work(300);
    expect(tracing.stats().queued).toBeLessThanOrEqual(100 + 100);
    await until(() => tracing.stats().queued === 0);
    const { exported, failed, dropped } = tracing.stats();
    expect([exported, failed + dropped]).toEqual([0, 300]);
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/do not reach http:\/\/127\.0\.0\.1:\d+\/v1\/traces .*Start the backend there/s);

    backend.behaviour = 'takes';
    work(5);
    await until(() => backend.spans.length === 5 && said.length === 2);
    expect(said).toHaveLength(2);
    expect(said[1]).toMatch(/takes spans again; 300 spans were lost/);
    expect(await metricsText()).toMatch(
      /otel_sdk_exporter_span_exported_total\{[^}]*error_type="export_failed"[^}]*\} \d+/,
    );
  },
);

test('an absent backend that comes back is found again on its port', async () => {
  const { port } = backend;
  await backend.close();
  work(20);
  await until(() => tracing.stats().failed === 20);
  expect(said).toHaveLength(1);
  backend = await new OtlpReceiver().listen(port);
  work(7);
  await until(() => backend.spans.length === 7);
  expect(backend.spans).toHaveLength(7);
});

test('more spans than the queue holds are dropped, never kept', async () => {
  backend.behaviour = 'silent';
  work(5_000);
  expect(tracing.stats().queued).toBeLessThanOrEqual(200);
  expect(tracing.stats().dropped).toBeGreaterThan(4_000);
  await Promise.resolve();
});
