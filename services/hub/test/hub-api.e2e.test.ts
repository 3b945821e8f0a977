import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  HubAttributeKeys,
  HubAttributeValues,
  HubDependencies,
  HubDoctorReport,
  HubLiveTraces,
  HubRed,
  HubSearchPage,
  HubStatus,
  V3Failure,
} from '@tracelab/contracts/trace-query';
import { type OtlpTraces, spansFromOtlp } from '@tracelab/trace-model';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { otlpJson, START_NS, textAttribute } from './otlp-payload.ts';
import { startTestHub, type TestHub } from './start-test-hub.ts';

let hub: TestHub;
let ui: string;
const idOf = (seed: number) => seed.toString(16).padStart(32, 'e');

beforeAll(async () => {
  ui = await mkdtemp(join(tmpdir(), 'hub-ui-'));
  await writeFile(join(ui, 'index.html'), '<title>screens</title>');
  await writeFile(join(ui, 'app-1a2B3c4d.js'), 'true');
  hub = await startTestHub({ uiDirectory: ui });
  for (let at = 0; at < 12; at++) {
    const startNs = START_NS + BigInt(at) * 1_000_000n;
    const span = {
      traceId: idOf(at),
      startTimeUnixNano: String(startNs),
      endTimeUnixNano: String(startNs + BigInt(12 - at) * 1_000_000n),
      attributes: [textAttribute('user_id', String(at % 3)), textAttribute('card', at === 4 ? 'Visa Declined' : 'ok')],
      status: { code: at % 4 === 0 ? 2 : 0 },
    };
    await hub.post('/v1/traces', otlpJson([span], at % 2 === 0 ? 'shop' : 'user'));
  }
});

afterAll(async () => {
  await hub.close();
  await rm(ui, { recursive: true });
});

const search = async (query: string) => HubSearchPage.parse(await (await hub.get(`/api/hub/search?${query}`)).json());
const seedsOf = (page: HubSearchPage) =>
  page.summaries.map(({ traceId }) => Number.parseInt(traceId.replace(/^e+/, '') || 'e', 16));

test('everything comes newest first without naming a service, or by duration or span count', async () => {
  expect(seedsOf(await search('limit=3'))).toEqual([11, 10, 9]);
  expect(seedsOf(await search('limit=3&sort=duration'))).toEqual([0, 1, 2]);
  expect(seedsOf(await search('limit=3&sort=duration&order=asc'))).toEqual([11, 10, 9]);
  expect((await search('sort=spans')).summaries).toHaveLength(12);
});

test('pages follow by their token over the whole store', async () => {
  const seen: number[] = [];
  let after = '';
  do {
    const page = await search(`limit=5&sort=duration${after}`);
    seen.push(...seedsOf(page));
    after = page.next === undefined ? '' : `&after=${page.next}`;
  } while (after !== '');
  expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
});

test('text, tags, errors, services and times narrow it', async () => {
  expect(seedsOf(await search('text=visa%20declined'))).toEqual([4]);
  expect(seedsOf(await search('tag=user_id:1&service=user'))).toEqual([7, 1]);
  expect(seedsOf(await search('errors=true'))).toEqual([8, 4, 0]);
  expect(seedsOf(await search('minDuration=11ms'))).toEqual([1, 0]);
  expect(seedsOf(await search(`endMs=${START_NS / 1_000_000n + 1n}`))).toEqual([1, 0]);
});

test.each(['sort=size', 'order=up', 'after=x', 'limit=0', 'startMs=now', 'filter={'])(
  '"%s" is refused',
  async query => {
    expect((await hub.get(`/api/hub/search?${query}`)).status).toBe(400);
  },
);

test.each(['endMs=9999999999999999999', 'startMs=-9999999999999999999', `after=99999999999999999999.${idOf(0)}`])(
  'a time beyond what can be stored, as in "%s", leaves nothing out',
  async query => {
    expect(seedsOf(await search(query))).toHaveLength(12);
  },
);

test('the doctor looks at a time beyond all time and finds nothing there', async () => {
  const answer = await hub.get('/api/hub/doctor?startMs=9999999999999999999');
  expect(HubDoctorReport.parse(await answer.json()).examinedTraces).toBe(0);
});

test('attribute keys and values are suggested, most frequent first', async () => {
  const keys = HubAttributeKeys.parse(await (await hub.get('/api/hub/attributes?prefix=c')).json());
  expect(keys.keys).toEqual([{ key: 'card', spanCount: 12 }]);
  const values = HubAttributeValues.parse(await (await hub.get('/api/hub/attributes/card/values')).json());
  expect(values).toEqual({
    values: [
      { value: 'ok', spanCount: 11 },
      { value: 'Visa Declined', spanCount: 1 },
    ],
    isComplete: true,
  });
});

test('the map has rates, errors and durations by edge', async () => {
  const child = { traceId: idOf(0), spanId: '1'.repeat(16), parentSpanId: 'eee19b7ec3c1b110', status: { code: 2 } };
  await hub.post('/v1/traces', otlpJson([child], 'mail'));
  const { edges } = HubDependencies.parse(await (await hub.get('/api/hub/dependencies')).json());
  expect(edges).toHaveLength(1);
  expect(edges[0]).toMatchObject({ parent: 'shop', child: 'mail', kind: 'call', callCount: 1, errorRatio: 1 });
  expect(edges[0]?.p95Ms).toBeCloseTo(2.5, 0);
});

test('rate, errors and durations come by operation and over time', async () => {
  const { operations } = HubRed.parse(await (await hub.get('/api/hub/red?service=user&stepMs=60000')).json());
  expect(operations).toHaveLength(1);
  expect(operations[0]).toMatchObject({
    service: 'user',
    operation: 'span 0',
    kind: 'server',
    callCount: 6,
    errorCount: 0,
  });
  expect(operations[0]?.points.reduce((sum, point) => sum + point.callCount, 0)).toBe(6);
});

test('the doctor names faults with an example and a remedy', async () => {
  const orphan = { traceId: idOf(50), parentSpanId: '9'.repeat(16), droppedAttributesCount: 3 };
  await hub.post('/v1/traces', otlpJson([orphan, { traceId: idOf(50), spanId: '8'.repeat(16), parentSpanId: '' }]));
  await hub.post('/v1/traces', otlpJson([{ traceId: idOf(52), parentSpanId: '9'.repeat(16) }]));
  const many = Array.from({ length: 101 }, (_, at) => ({
    traceId: idOf(51),
    spanId: (at + 256).toString(16).padStart(16, '2'),
    name: `GET /users/${at}`,
  }));
  await hub.post('/v1/traces', otlpJson(many, 'chatty'));
  const report = HubDoctorReport.parse(await (await hub.get('/api/hub/doctor')).json());
  const byFault = new Map(report.findings.map(finding => [finding.fault, finding]));
  expect([...byFault.keys()].toSorted()).toEqual([
    'caller-not-traced',
    'dropped-by-limits',
    'high-cardinality-names',
    'orphan-spans',
  ]);
  expect(byFault.get('caller-not-traced')).toMatchObject({ severity: 'information', count: 1 });
  expect(byFault.get('orphan-spans')).toMatchObject({ severity: 'fault', count: 1 });
  expect(byFault.get('orphan-spans')?.examples[0]?.traceId).toBe(idOf(50));
  expect(byFault.get('orphan-spans')?.remedy).not.toBe('');
  expect(byFault.get('high-cardinality-names')?.examples[0]).toMatchObject({ service: 'chatty', traceId: idOf(51) });
});

test('live events tell of new traces that pass the client’s filter', async () => {
  const abort = new AbortController();
  const feed = await fetch(`${hub.hub.queryUrl}/api/hub/live?service=live-service`, { signal: abort.signal });
  expect(feed.headers.get('content-type')).toBe('text/event-stream');
  await hub.post('/v1/traces', otlpJson([{ traceId: idOf(60) }], 'other-service'));
  await hub.post('/v1/traces', otlpJson([{ traceId: idOf(61) }], 'live-service'));
  let text = '';
  for await (const chunk of feed.body ?? []) {
    text += Buffer.from(chunk as Uint8Array).toString();
    if (text.includes('event: traces') && text.endsWith('\n\n')) break;
  }
  abort.abort();
  const event = /event: traces\ndata: (.*)\n\n/.exec(text)?.[1] ?? '{}';
  const { summaries } = HubLiveTraces.parse(JSON.parse(event));
  expect(summaries.map(({ traceId }) => traceId)).toEqual([idOf(61)]);
});

test('a trace of any size comes in lines of OTLP, which together say what v3 says at once', async () => {
  const many = Array.from({ length: 2_500 }, (_, at) => ({
    traceId: 'e'.repeat(32),
    spanId: (at + 1).toString(16).padStart(16, '0'),
  }));
  await hub.post('/v1/traces', otlpJson(many));
  const answer = await hub.get(`/api/hub/traces/${'e'.repeat(32)}`);
  expect(answer.headers.get('content-type')).toBe('application/x-ndjson');
  const lines = (await answer.text()).trimEnd().split('\n');
  expect(lines).toHaveLength(3);
  const { result } = (await (await hub.get(`/api/v3/traces/${'e'.repeat(32)}`)).json()) as { result: OtlpTraces };
  expect(lines.flatMap(line => spansFromOtlp(JSON.parse(line) as OtlpTraces))).toEqual(spansFromOtlp(result));
  const missing = await hub.get(`/api/hub/traces/${'d'.repeat(32)}`);
  expect(missing.status).toBe(404);
  expect(V3Failure.parse(await missing.json()).error.message).toBe('No traces found');
});

test('status, health and metrics tell how the hub is', async () => {
  const status = HubStatus.parse(await (await hub.get('/api/hub/status')).json());
  expect(status).toMatchObject({
    otlpPort: Number(new URL(hub.hub.otlpUrl).port),
    store: 'sqlite',
    evictedSpanCount: 0,
    queueBytes: 0,
    setAside: [],
  });
  expect(status.files[0]?.sizeBytes).toBeGreaterThan(0);
  expect(await (await hub.get('/health')).json()).toEqual({ status: 'ok' });
  const metrics = await (await hub.get('/metrics')).text();
  for (const name of [
    'hub_spans_accepted_total',
    'hub_spans_evicted_total',
    'hub_queue_bytes',
    'hub_ingest_lag_seconds',
    'hub_bytes_per_span',
    'hub_oldest_trace_age_seconds',
  ]) {
    expect(metrics).toMatch(new RegExp(`^${name} [\\d.]+$`, 'm'));
  }
});

test.each(['/', `/trace/${idOf(1)}`, '/search?service=a', '/map', '/monitor', '/compare'])(
  '%s is the screens’ page',
  async path => {
    const answer = await hub.get(path);
    expect([answer.status, await answer.text()]).toEqual([200, '<title>screens</title>']);
    expect(answer.headers.get('cache-control')).toBe('no-cache');
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'self'");
  },
);

test('files named by their content are kept for good, missing ones and ones outside are missing', async () => {
  const script = await hub.get('/app-1a2B3c4d.js');
  expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  expect(script.headers.get('cache-control')).toContain('immutable');
  expect((await hub.get('/missing.js')).status).toBe(404);
  expect((await hub.get('/..%2f..%2f..%2f..%2fetc%2fhosts.txt')).status).toBe(404);
});

test('without screens an honest page says so', async () => {
  const bare = await startTestHub({ store: 'memory' });
  expect(await (await bare.get('/')).text()).toContain('its screens are not built');
  await bare.close();
});

test('a foreign host name or origin is turned away', async () => {
  const statusFor = (headers: Record<string, string>) =>
    new Promise<number | undefined>((resolve, reject) => {
      request(`${hub.hub.queryUrl}/api/services`, { headers }, answer => {
        resolve(answer.resume().statusCode);
      })
        .on('error', reject)
        .end();
    });
  expect(await statusFor({ host: 'evil.example' })).toBe(403);
  expect(await statusFor({ host: 'localhost:1', origin: 'http://evil.example' })).toBe(403);
  expect(await statusFor({ host: '127.0.0.1:16686' })).toBe(200);
  expect(await statusFor({ host: '[::1]:16686' })).toBe(200);
  expect(await statusFor({ host: 'hub:16686', origin: 'http://hub:16686' })).toBe(200);
});
