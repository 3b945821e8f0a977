// The running service on Postgres: what survives, what many clients do at once, and what the trace backend is shown.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type FinishedTrace, StepAdded, TraceEnded } from '@tracelab/contracts/perf-tracer';
import { ask, databaseUrl, post, ServiceProcess } from '@tracelab/test-stack';

interface OtlpSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly links?: readonly { readonly traceId: string }[];
}
interface Otlp {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[] }[];
}

let backend: Server;
const exported: OtlpSpan[] = [];
let service: ServiceProcess;
const tracing = (path: string, body: object) => post(`${service.url}/api/tracing/${path}`, body);
const results = async (tag: string) => (await ask(`${service.url}/api/traces/${tag}`)).body as FinishedTrace[];

beforeAll(async () => {
  backend = createServer((request, response) => {
    void text(request).then(body => {
      const { resourceSpans } = JSON.parse(body) as Otlp;
      exported.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)));
      response.setHeader('content-type', 'application/json').end('{}');
    });
  }).listen(0, '127.0.0.1');
  await once(backend, 'listening');
  service = await ServiceProcess.start({
    service: 'perf-tracer',
    nodeArgs: ['--import=@tracelab/tracing/register'],
    env: {
      DATABASE_URL: await databaseUrl('perf_tracer'),
      // What the backend above reads.
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(backend.address() as AddressInfo).port}`,
      OTEL_BSP_SCHEDULE_DELAY: '100',
    },
  });
}, 60_000);
afterAll(async () => {
  await service.stop();
  backend.closeAllConnections();
  backend.close();
});

describe('kill -9 between steps', () => {
  test('loses nothing, and the durations are right across the restart', async () => {
    await tracing('start', { trace_tag: 'survivor', trace_id: '7' });
    const startedAt = performance.now();
    await tracing('step', { trace_tag: 'survivor', trace_id: '7', step_name: 'before', track_duration: false });
    const steppedAt = performance.now();
    service.kill();
    await sleep(300);
    await service.start();
    const after = StepAdded.parse(
      (await tracing('step', { trace_tag: 'survivor', trace_id: '7', step_name: 'after' })).body,
    );
    const afterSeconds = (performance.now() - steppedAt) / 1_000;
    expect(after.duration_seconds).toBeGreaterThan(0.3);
    expect(after.duration_seconds).toBeLessThanOrEqual(afterSeconds + (steppedAt - startedAt) / 1_000);
    const ended = TraceEnded.parse((await tracing('end', { trace_tag: 'survivor', trace_id: '7' })).body);
    expect(ended.steps.map(({ step_name }) => step_name)).toEqual(['before', 'after']);
    const [before] = ended.steps;
    const whole = (Date.parse(ended.end_time) - Date.parse(ended.start_time)) / 1_000;
    expect(ended.duration_seconds).toBeCloseTo(whole - (before?.duration_seconds ?? 0), 2);
    const { message, ...kept } = ended;
    expect(message).toBe('Trace ended');
    service.kill();
    await service.start();
    expect(await results('survivor')).toEqual([kept]);
  }, 60_000);
});

describe('many clients', () => {
  test('concurrent steps of one trace are all kept, once, each after the one before', async () => {
    await tracing('start', { trace_tag: 'crowd' });
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, i) => tracing('step', { trace_tag: 'crowd', step_name: `step ${i}` })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const { steps } = TraceEnded.parse((await tracing('end', { trace_tag: 'crowd' })).body);
    expect(steps.map(each => each.step_name).toSorted()).toEqual(
      Array.from({ length: 200 }, (_, i) => `step ${i}`).toSorted(),
    );
    expect(steps.map(each => each.step_time).toSorted()).toEqual(steps.map(each => each.step_time));
    const byName = new Map(steps.map(each => [each.step_name, each]));
    for (const { body } of answers) {
      const { step_name, step_time, duration_seconds } = StepAdded.parse(body);
      expect(byName.get(step_name)).toMatchObject({ step_time, duration_seconds });
    }
  });

  test('of concurrent ends one wins, and the others find nothing', async () => {
    await tracing('start', { trace_tag: 'race' });
    const answers = await Promise.all(Array.from({ length: 20 }, () => tracing('end', { trace_tag: 'race' })));
    expect(answers.map(({ status }) => status).filter(status => status === 200)).toHaveLength(1);
    expect(await results('race')).toHaveLength(1);
  });
});

test('a finished trace is an OpenTelemetry trace of its own with the same times, linked to the request that ended it', async () => {
  await tracing('start', { trace_tag: 'shown' });
  await sleep(20);
  await tracing('step', { trace_tag: 'shown', step_name: 'one' });
  const { status, body, headers } = await tracing('step', { trace_tag: 'shown', step_name: 'two', end_trace: true });
  expect(status).toBe(200);
  const { start_time, end_time, steps } = TraceEnded.parse(body);
  const root = await exportedSpan('shown');
  const children = exported.filter(({ parentSpanId }) => parentSpanId === root.spanId);
  expect(children.map(({ name, traceId }) => [name, traceId])).toEqual([
    ['one', root.traceId],
    ['two', root.traceId],
  ]);
  expect([microsOf(root.startTimeUnixNano), microsOf(root.endTimeUnixNano)]).toEqual([start_time, end_time]);
  expect(children.map(({ endTimeUnixNano }) => microsOf(endTimeUnixNano))).toEqual(steps.map(each => each.step_time));
  expect(children[1]?.startTimeUnixNano).toBe(children[0]?.endTimeUnixNano);
  expect(headers.get('traceresponse')).toContain(root.links?.[0]?.traceId);
});

async function exportedSpan(name: string): Promise<OtlpSpan> {
  for (const until = Date.now() + 8_000; Date.now() < until;) {
    await sleep(50);
    const found = exported.find(span => span.name === name);
    if (found !== undefined) return found;
  }
  throw new Error(`no span ${name} was exported`);
}

const microsOf = (nanos: string): string => {
  const ns = BigInt(nanos);
  const seconds = new Date(Number(ns / 1_000_000n)).toISOString().slice(0, 19);
  return `${seconds}.${String((ns / 1_000n) % 1_000_000n).padStart(6, '0')}+00:00`;
};
