import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { ask, Shop } from '@tracelab/test-stack';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { type HubProcess, startHub, stopHub } from './hub-process.ts';

// Five processes start, on machines that have other things to do.
jest.setTimeout(90_000);

let directory: string;
let hub: HubProcess | undefined;
let shop: Shop | undefined;
let queryUrl: string;
let traceId: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hub-shop-'));
  hub = await startHub(['--data', directory]);
  ({ queryUrl } = hub);
  const endpoint = new URL(hub.otlpUrl).origin;
  shop = await Shop.start({
    isTraced: true,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_BSP_SCHEDULE_DELAY: '50' },
  });
  const answer = await ask(`${shop.gateway.url}/demo/full-flow/1`);
  expect(answer.status).toBe(200);
  traceId = answer.headers.get('traceresponse')?.split('-')[1] ?? '';
  await wholeTrace();
}, 90_000);

afterAll(async () => {
  await shop?.stop();
  if (hub !== undefined) await stopHub(hub);
  await rm(directory, { recursive: true });
});

interface JaegerSpan {
  readonly spanID: string;
  readonly processID: string;
  readonly references: readonly { readonly spanID: string }[];
  readonly tags: readonly { readonly key: string }[];
}

interface JaegerAnswer {
  readonly data: readonly {
    readonly traceID: string;
    readonly spans: readonly JaegerSpan[];
    readonly processes: Readonly<Record<string, { readonly serviceName: string }>>;
  }[];
}

interface EdgeAnswer {
  readonly parent: string;
  readonly child: string;
  readonly kind: string;
  readonly callCount: number;
}

interface HubAnswer {
  readonly summaries: readonly {
    readonly traceId: string;
    readonly orphanSpanCount?: number;
    readonly spanCount: number;
  }[];
}

const found = async (query: string) =>
  ((await ask(`${queryUrl}/api/traces?limit=20&${query}`)).body as JaegerAnswer).data.map(({ traceID }) => traceID);

/** Every call from one service to another or to a database, as `from to`. */
async function callsInTrace(): Promise<string[]> {
  const [trace] = ((await ask(`${queryUrl}/api/traces/${traceId}`)).body as JaegerAnswer).data;
  const services = new Map(
    trace?.spans.map(({ spanID, processID }) => [spanID, trace.processes[processID]?.serviceName ?? '']),
  );
  const calls = trace?.spans.map(({ spanID, references: [parent], tags }) => {
    const [from, to] = [services.get(parent?.spanID ?? ''), services.get(spanID)];
    if (tags.some(({ key }) => key === 'db.system.name')) return `${to} postgresql`;
    return from === undefined || from === to ? '' : `${from} ${to}`;
  });
  return calls?.filter(call => call !== '') ?? [];
}

const countsOf = (calls: readonly string[]) =>
  [...Map.groupBy(calls, call => call)]
    .map(([call, own]) => [...call.split(' '), own.length] as const)
    .sort((left, right) => (left.join() < right.join() ? -1 : 1));

const summaryOf = async () => {
  const { summaries } = (await ask(`${queryUrl}/api/hub/search?limit=50`)).body as HubAnswer;
  return summaries.find(summary => summary.traceId === traceId);
};

/** Each service sends in its own time: the trace is whole when nobody's parent is missing and nothing more comes. */
async function wholeTrace(): Promise<void> {
  const endMs = performance.now() + 30_000;
  for (let seen = 0; performance.now() < endMs;) {
    const summary = await summaryOf();
    const spanCount = summary?.orphanSpanCount === undefined ? (summary?.spanCount ?? 0) : 0;
    if (spanCount > 0 && spanCount === seen) return;
    seen = spanCount;
    await sleep(400);
  }
  throw new Error('the trace did not become whole');
}

describe('a full flow through the four services', () => {
  test('is found by each service that took part', async () => {
    for (const service of ['gateway', 'user', 'order', 'payment']) {
      expect([service, await found(`service=${service}`)]).toEqual([service, expect.arrayContaining([traceId])]);
    }
    expect(await found('service=mail')).toEqual([]);
  });

  test('is found by tag, and not by another value of it', async () => {
    expect(await found('service=gateway&tag=user_id:1')).toContain(traceId);
    expect(await found('service=user&tags=%7B%22user_id%22%3A%221%22%7D')).toContain(traceId);
    expect(await found('service=gateway&tag=user_id:4711')).not.toContain(traceId);
  });

  test('is found by duration, between bounds that hold and not beyond', async () => {
    const operation = 'operation=GET%20%2Fdemo%2Ffull-flow%2F%3Auser_id';
    expect(await found(`service=gateway&${operation}&minDuration=100us&maxDuration=60s`)).toContain(traceId);
    expect(await found(`service=gateway&${operation}&minDuration=60s`)).not.toContain(traceId);
    expect(await found(`service=gateway&${operation}&maxDuration=100us`)).not.toContain(traceId);
  });

  test('shows who called whom and how often, and the databases of each', async () => {
    // What the trace itself shows: a machine that is slow to start makes a service ask another once more.
    const expected = countsOf(await callsInTrace());
    expect(expected.map(([parent, child]) => `${parent} ${child}`)).toEqual([
      'gateway order',
      'gateway payment',
      'gateway user',
      'order postgresql',
      'payment order',
      'payment postgresql',
      'user postgresql',
    ]);
    const { edges } = (await ask(`${queryUrl}/api/hub/dependencies`)).body as { edges: readonly EdgeAnswer[] };
    const between = edges.filter(({ kind, parent, child }) => kind === 'call' && parent !== child);
    const calls = expected.filter(([, child]) => child !== 'postgresql');
    expect(between.map(({ parent, child, callCount }) => [parent, child, callCount])).toEqual(calls);
    const databases = edges.filter(({ kind }) => kind === 'database');
    expect(databases.map(({ parent, child, callCount }) => [parent, child.split(':')[0], callCount])).toEqual(
      expected.filter(([, child]) => child === 'postgresql'),
    );
    const { data } = (await ask(`${queryUrl}/api/dependencies`)).body as { data: readonly EdgeAnswer[] };
    const told = data.filter(({ parent, child }) => parent !== child);
    expect(told.map(({ parent, child, callCount }) => [parent, child, callCount])).toEqual(calls);
  });

  test('comes whole, as one tree over four services', async () => {
    const { body } = await ask(`${queryUrl}/api/traces/${traceId}`);
    const [trace] = (body as JaegerAnswer).data;
    const summary = await summaryOf();
    expect(trace?.spans).toHaveLength(summary?.spanCount ?? 0);
    expect(summary).toMatchObject({
      rootServiceName: 'gateway',
      rootOperationName: 'GET /demo/full-flow/:user_id',
      services: ['gateway', 'order', 'payment', 'user'].map(name => expect.objectContaining({ name })),
    });
  });
});
