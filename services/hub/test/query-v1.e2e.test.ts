import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  JaegerDependencies,
  JaegerFailure,
  JaegerMetricFamily,
  JaegerNames,
  JaegerOperations,
  JaegerTraces,
} from '@tracelab/contracts/trace-query';
import type { z } from 'zod';

import { otlpJson, START_NS, textAttribute, TRACE_ID } from './otlp-payload.ts';
import { startTestHub, type TestHub } from './start-test-hub.ts';

let hub: TestHub;
const SHORT_ID = '00000000000000000123456789abcdef';

beforeAll(async () => {
  hub = await startTestHub();
  await hub.post(
    '/v1/traces',
    otlpJson([
      {
        name: 'GET /orders',
        flags: 1,
        traceState: 'v=1',
        status: { code: 2, message: 'declined' },
        attributes: [
          textAttribute('user_id', '1'),
          { key: 'big', value: { intValue: '9007199254740993' } },
          { key: 'small', value: { intValue: 7 } },
          { key: 'ratio', value: { doubleValue: 72.5 } },
          { key: 'cached', value: { boolValue: false } },
          { key: 'raw', value: { bytesValue: 'AP8=' } },
          { key: 'list', value: { arrayValue: { values: [{ intValue: 1 }] } } },
          { key: 'none' },
        ],
        events: [
          { timeUnixNano: String(START_NS + 1_999n), name: 'cache.miss', attributes: [textAttribute('k', 'v')] },
          { timeUnixNano: String(START_NS), name: 'x', attributes: [textAttribute('event', 'own')] },
        ],
        links: [
          { traceId: 'f'.repeat(32), spanId: '00f067aa0ba902b7' },
          {
            traceId: SHORT_ID,
            spanId: '00f067aa0ba902b8',
            attributes: [textAttribute('opentracing.ref_type', 'child_of')],
          },
        ],
      },
    ]),
  );
  const child = { parentSpanId: 'eee19b7ec3c1b110', spanId: 'aaaaaaaaaaaaaaaa', name: 'charge', kind: 3 };
  await hub.post('/v1/traces', otlpJson([child], 'payment'));
  await hub.post('/v1/traces', otlpJson([{ traceId: SHORT_ID, name: 'short', kind: 0 }], 'payment'));
});

afterAll(() => hub.close());

async function read<Schema extends z.ZodType>(schema: Schema, path: string): Promise<z.output<Schema>> {
  const answer = await hub.get(path);
  expect(answer.headers.get('content-type')).toBe('application/json');
  return schema.parse(await answer.json());
}

async function failure(path: string): Promise<{ status: number; msg: string | undefined }> {
  const answer = await hub.get(path);
  expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  const text = await answer.text();
  expect(text.endsWith('\n')).toBe(true);
  const [error] = JaegerFailure.parse(JSON.parse(text)).errors ?? [];
  expect(error?.code).toBe(answer.status);
  return { status: answer.status, msg: error?.msg };
}

test('services are names with their count, and a list even when there are none', async () => {
  expect(await (await hub.get('/api/services')).json()).toEqual({
    data: ['payment', 'shop'],
    total: 2,
    limit: 0,
    offset: 0,
    errors: null,
  });
  const empty = await startTestHub();
  expect(JaegerNames.parse(await (await empty.get('/api/services')).json())).toMatchObject({ data: [], total: 0 });
  await empty.close();
});

test('operations come by service, with kinds under the newer path', async () => {
  expect(await read(JaegerNames, '/api/services/payment/operations')).toMatchObject({
    data: ['charge', 'short'],
    total: 2,
  });
  expect((await read(JaegerNames, '/api/services/nobody/operations')).data).toBeNull();
  expect((await read(JaegerOperations, '/api/operations?service=payment')).data).toEqual([
    { name: 'charge', spanKind: 'client' },
    { name: 'short', spanKind: '' },
  ]);
  expect((await read(JaegerOperations, '/api/operations?service=payment&spanKind=client')).data).toHaveLength(1);
  expect(await failure('/api/operations')).toEqual({ status: 400, msg: "parameter 'service' is required" });
});

test('a span has Jaeger’s tags, logs and references, in its order and its units', async () => {
  const { data } = await read(JaegerTraces, `/api/traces/${TRACE_ID}?raw=true`);
  const span = data[0]?.spans.find(own => own.operationName === 'GET /orders');
  expect(span).toEqual({
    traceID: TRACE_ID,
    spanID: 'eee19b7ec3c1b110',
    flags: 1,
    operationName: 'GET /orders',
    references: [
      { refType: 'FOLLOWS_FROM', traceID: 'f'.repeat(32), spanID: '00f067aa0ba902b7' },
      { refType: 'CHILD_OF', traceID: '0123456789abcdef', spanID: '00f067aa0ba902b8' },
    ],
    startTime: Number(START_NS / 1000n),
    duration: 2500,
    tags: [
      { key: 'otel.scope.name', type: 'string', value: 'lib' },
      { key: 'otel.scope.version', type: 'string', value: '1.2.3' },
      { key: 'user_id', type: 'string', value: '1' },
      { key: 'big', type: 'int64', value: '9007199254740993' },
      { key: 'small', type: 'int64', value: 7 },
      { key: 'ratio', type: 'float64', value: 72.5 },
      { key: 'cached', type: 'bool', value: false },
      { key: 'raw', type: 'binary', value: 'AP8=' },
      { key: 'list', type: 'string', value: '[1]' },
      { key: 'none', type: 'string', value: '' },
      { key: 'span.kind', type: 'string', value: 'server' },
      { key: 'otel.status_code', type: 'string', value: 'ERROR' },
      { key: 'error', type: 'bool', value: true },
      { key: 'otel.status_description', type: 'string', value: 'declined' },
      { key: 'w3c.tracestate', type: 'string', value: 'v=1' },
    ],
    logs: [
      {
        timestamp: Number((START_NS + 1_999n) / 1000n),
        fields: [
          { key: 'event', type: 'string', value: 'cache.miss' },
          { key: 'k', type: 'string', value: 'v' },
        ],
      },
      { timestamp: Number(START_NS / 1000n), fields: [{ key: 'event', type: 'string', value: 'own' }] },
    ],
    processID: 'p2',
    warnings: null,
  });
});

test('what is not so is left out: flags of 0, an error tag that is not true, kinds and statuses unset', async () => {
  const { data } = await read(JaegerTraces, `/api/traces/${SHORT_ID}`);
  expect(data[0]).toMatchObject({ traceID: '0123456789abcdef', warnings: null });
  const span = data[0]?.spans[0];
  expect(Object.keys(span ?? {})).not.toContain('flags');
  expect(span?.tags.map(({ key }) => key)).toEqual(['otel.scope.name', 'otel.scope.version']);
});

test('processes are told once, in order of use, with their tags', async () => {
  const { data } = await read(JaegerTraces, `/api/traces/${TRACE_ID}`);
  const tags = [{ key: 'host.name', type: 'string', value: 'h1' }];
  expect(
    Object.values(data[0]?.processes ?? {})
      .map(({ serviceName }) => serviceName)
      .toSorted(),
  ).toEqual(['payment', 'shop']);
  expect(data[0]?.processes['p1']?.tags).toEqual(tags);
});

test('unless raw, tags come by key', async () => {
  const { data } = await read(JaegerTraces, `/api/traces/${TRACE_ID}`);
  const keys = data[0]?.spans
    .find(({ flags }) => flags === 1)
    ?.tags.map(({ key }) => key)
    .slice(2, 10);
  expect(keys).toEqual(['big', 'cached', 'list', 'none', 'ratio', 'raw', 'small', 'user_id']);
});

test.each([
  ['short hex', '123456789abcdef'],
  ['padded hex', SHORT_ID],
  ['capitals', '0123456789ABCDEF'],
  ['base64', Buffer.from(SHORT_ID, 'hex').toString('base64url')],
  ['padded base64', encodeURIComponent(Buffer.from(SHORT_ID, 'hex').toString('base64'))],
])('a trace is found by its id as %s', async (_spelling, id) => {
  const { data } = await read(JaegerTraces, `/api/traces/${id}`);
  expect(data[0]?.traceID).toBe('0123456789abcdef');
});

test('an unknown trace is 404, an id that is none 400', async () => {
  expect(await failure('/api/traces/abc')).toEqual({ status: 404, msg: 'trace not found' });
  expect((await failure('/api/traces/nothexatall-')).status).toBe(400);
  expect((await failure(`/api/traces/${'a'.repeat(40)}`)).status).toBe(400);
});

test.each([
  ['the service', 'service=shop'],
  ['the operation', 'service=shop&operation=GET%20%2Forders'],
  ['a tag', 'service=shop&tag=user_id:1'],
  ['an int compared as text', 'service=shop&tag=big:9007199254740993'],
  ['a double compared as text', 'service=shop&tag=ratio:72.5'],
  ['a bool compared as text', 'service=shop&tag=cached:false'],
  ['tags as JSON', `service=shop&tags=${encodeURIComponent('{"user_id":"1","small":"7"}')}`],
  ['the error status', 'service=shop&tag=error:true'],
  ['the kind', 'service=shop&tag=span.kind:server'],
  ['a resource attribute', 'service=shop&tag=host.name:h1'],
  ['a resource attribute by prefix', 'service=shop&tag=resource.host.name:h1'],
  ['the scope', 'service=shop&tag=scope.name:lib'],
  ['an event attribute', 'service=shop&tag=k:v'],
  ['a link attribute', 'service=shop&tag=opentracing.ref_type:child_of'],
  ['durations in nanoseconds', 'service=shop&minDuration=2500.999us&maxDuration=2500999ns'],
  ['the time in microseconds', `service=shop&start=${START_NS / 1000n}&end=${START_NS / 1000n}`],
])('a search finds a trace by %s', async (_what, query) => {
  expect((await read(JaegerTraces, `/api/traces?${query}`)).data.map(({ traceID }) => traceID)).toEqual([TRACE_ID]);
});

test.each([
  ['another service', 'service=nobody'],
  ['conditions met by different spans', 'service=shop&operation=charge'],
  ['an error that is none', 'service=shop&tag=error:false'],
  ['a duration that no span has', 'service=shop&minDuration=2501us'],
  ['a time before', `service=shop&end=${START_NS / 1000n - 1n}`],
])('a search for %s finds nothing and is a success', async (_what, query) => {
  expect(await read(JaegerTraces, `/api/traces?${query}`)).toMatchObject({ data: [], total: 0, errors: null });
});

test.each([
  ['', "parameter 'service' is required"],
  ['service=shop&tag=user_id', "malformed 'tag' parameter, expecting key:value, received: user_id"],
  ['service=shop&minDuration=2s&maxDuration=1s', "'maxDuration' should be greater than 'minDuration'"],
  ['service=shop&start=yesterday', "unable to parse param 'start'"],
  ['service=shop&limit=x', "unable to parse param 'limit'"],
  ['service=shop&limit=0', "unable to parse param 'limit'"],
  ['service=shop&minDuration=5', "unable to parse param 'minDuration'"],
  ['service=shop&tags={"a":1}', "unable to parse param 'tags'"],
])('a search with "%s" is refused in words', async (query, msg) => {
  const refused = await failure(`/api/traces?${query}`);
  expect(refused.status).toBe(400);
  expect(refused.msg).toContain(msg);
});

test('several traces are asked by id, and missing ones are named', async () => {
  const body = await read(JaegerTraces, `/api/traces?traceID=${TRACE_ID}&traceID=0123456789abcdef&traceID=99`);
  expect(body.data.map(({ traceID }) => traceID)).toEqual([TRACE_ID, '0123456789abcdef']);
  expect(body.errors).toEqual([{ msg: 'trace not found', traceID: '0000000000000099' }]);
});

test('dependencies count calls by pair, within the lookback', async () => {
  const link = { parent: 'shop', child: 'payment', callCount: 1 };
  expect((await read(JaegerDependencies, '/api/dependencies')).data).toEqual([link]);
  expect((await read(JaegerDependencies, '/api/dependencies?service=payment')).data).toEqual([link]);
  expect((await read(JaegerDependencies, '/api/dependencies?service=nobody')).data).toEqual([]);
  expect((await read(JaegerDependencies, '/api/dependencies?endTs=1000&lookback=1000')).data).toEqual([]);
});

test('metrics for the Monitor are computed from spans: ms, calls a second, a fraction', async () => {
  const query = 'service=shop&service=payment&step=60000&ratePer=600000';
  const latencies = await read(JaegerMetricFamily, `/api/metrics/latencies?${query}&quantile=0.95`);
  expect(latencies.name).toBe('service_latencies');
  expect(latencies.metrics[0]?.labels).toEqual([{ name: 'service_name', value: 'shop' }]);
  expect(latencies.metrics[0]?.metricPoints.at(-1)?.gaugeValue.doubleValue).toBeCloseTo(2.5, 0);
  const calls = await read(JaegerMetricFamily, `/api/metrics/calls?${query}&groupByOperation=true`);
  expect(calls.name).toBe('service_operation_call_rate');
  expect(calls.metrics[0]?.labels[1]).toEqual({ name: 'operation', value: 'GET /orders' });
  expect(calls.metrics[0]?.metricPoints.at(-1)?.gaugeValue.doubleValue).toBeCloseTo(1 / 600);
  const errors = await read(JaegerMetricFamily, `/api/metrics/errors?${query}&spanKind=server&spanKind=client`);
  expect(errors.metrics.map(({ metricPoints }) => metricPoints.at(-1)?.gaugeValue.doubleValue)).toEqual([0, 1]);
  expect((await failure('/api/metrics/calls')).status).toBe(400);
  expect((await failure('/api/metrics/latencies?service=shop')).msg).toContain("'quantile'");
  expect((await failure('/api/metrics/calls?service=shop&spanKind=x')).status).toBe(400);
  const beyond = 'endTs=9999999999999999&lookback=9999999999999998&step=1000000000000&ratePer=9999999999999999';
  expect((await failure(`/api/metrics/calls?service=shop&${beyond}`)).msg).toContain("'endTs'");
  const longest = 'endTs=253402300799999&lookback=9999999999999998&step=1000000000000&ratePer=9999999999999999';
  const { metrics } = await read(JaegerMetricFamily, `/api/metrics/calls?service=shop&${longest}`);
  expect(metrics[0]?.metricPoints.at(-1)?.timestamp).toMatch(/^99/);
  expect(await (await hub.get('/api/metrics/minstep')).json()).toMatchObject({ data: 1 });
});

test('OTLP JSON is transformed without being stored', async () => {
  const transform = (body: string) => fetch(`${hub.hub.queryUrl}/api/transform`, { method: 'POST', body });
  const answer = await transform(otlpJson([{ traceId: 'c'.repeat(32) }, { traceId: 'c'.repeat(32) }]));
  const { data } = JaegerTraces.parse(await answer.json());
  expect([data[0]?.traceID, data[0]?.spans.length]).toEqual(['c'.repeat(32), 2]);
  expect((await failure(`/api/traces/${'c'.repeat(32)}`)).status).toBe(404);
  expect((await transform('{')).status).toBe(400);
});

test('there is no archive, and it says so as Jaeger does', async () => {
  const answer = await fetch(`${hub.hub.queryUrl}/api/archive/${TRACE_ID}`, { method: 'POST' });
  expect(answer.status).toBe(500);
  expect(await answer.text()).toContain('archive span storage was not configured');
});

test('answers are printed prettily, compressed when large, and 404 in plain text elsewhere', async () => {
  expect(await (await hub.get('/api/services?prettyPrint=true')).text()).toContain('\n    "data"');
  expect(await (await hub.get('/api/nothing')).text()).toBe('404 page not found\n');
  const many = Array.from({ length: 100 }, (_, at) => ({
    traceId: 'd'.repeat(32),
    spanId: (at + 16).toString(16).padStart(16, '1'),
  }));
  await hub.post('/v1/traces', otlpJson(many, 'bulk'));
  const large = await hub.get(`/api/traces/${'d'.repeat(32)}`, { 'accept-encoding': 'gzip' });
  expect(large.headers.get('content-encoding')).toBe('gzip');
  expect(JaegerTraces.parse(await large.json()).data[0]?.spans).toHaveLength(100);
});
