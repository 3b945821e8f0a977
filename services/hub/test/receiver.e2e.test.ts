import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { spansFromOtlp } from '@tracelab/trace-model';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';

import { decodeBatch } from '../src/otlp/decode-span.ts';
import { protobufFromJson } from '../src/otlp/json-to-protobuf.ts';
import { ProtobufCursor } from '../src/otlp/protobuf-cursor.ts';
import { otlpJson, START_NS, textAttribute, TRACE_ID } from './otlp-payload.ts';
import { JSON_HEADERS, PROTOBUF_HEADERS, startTestHub, type TestHub } from './start-test-hub.ts';

let hub: TestHub;

beforeAll(async () => {
  hub = await startTestHub({
    corsOrigins: ['http://shop.example'],
    maxBodyBytes: 256 * 1024,
    maxDecompressedBytes: 1024 * 1024,
  });
});

afterAll(() => hub.close());

const stored = async (traceId: string) => {
  const batch = await hub.hub.store.trace(traceId);
  return batch === undefined ? [] : decodeBatch(batch);
};

const protobuf = (json: string) => protobufFromJson(Buffer.from(json));
const idOf = (seed: number) => seed.toString(16).padStart(32, 'a');

test('a success is an empty message of the request’s type', async () => {
  const json = await hub.post('/v1/traces', otlpJson([{}]));
  expect([json.status, json.headers.get('content-type'), await json.text()]).toEqual([200, 'application/json', '{}']);
  const binary = await hub.post('/v1/traces', protobuf(otlpJson([{}])), PROTOBUF_HEADERS);
  expect([binary.status, binary.headers.get('content-type')]).toEqual([200, 'application/x-protobuf']);
  expect((await binary.arrayBuffer()).byteLength).toBe(0);
});

test('an empty request is a success in either type', async () => {
  expect(await (await hub.post('/v1/traces', '{}')).text()).toBe('{}');
  expect((await hub.post('/v1/traces', new Uint8Array(0), PROTOBUF_HEADERS)).status).toBe(200);
});

test('parameters and case of the content type do not matter', async () => {
  const answer = await hub.post('/v1/traces', '{}', { 'content-type': 'Application/JSON; charset=UTF-8' });
  expect(answer.status).toBe(200);
});

test('JSON and protobuf of the same trace are stored equal, every type of value kept', async () => {
  const values = [
    { stringValue: 'ü' },
    { boolValue: true },
    { intValue: '9007199254740993' },
    { intValue: -7 },
    { doubleValue: 0.5 },
    { doubleValue: 'NaN' },
    { bytesValue: 'AP8H' },
    { arrayValue: { values: [{ intValue: '1' }, {}] } },
    { kvlistValue: { values: [textAttribute('__proto__', 'x')] } },
    {},
  ];
  const attributes = values.map((value, at) => ({ key: `k${at}`, value }));
  const span = {
    attributes,
    events: [{ name: 'e', timeUnixNano: String(START_NS), attributes }],
    links: [{ traceId: idOf(9), spanId: '00f067aa0ba902b7', attributes }],
    status: { code: 2, message: 'no' },
    traceState: 'a=b',
    flags: 257,
    parentSpanId: '00f067aa0ba902b7',
  };
  const [first, second] = [idOf(1), idOf(2)];
  await hub.post('/v1/traces', otlpJson([{ ...span, traceId: first }]));
  await hub.post('/v1/traces', protobuf(otlpJson([{ ...span, traceId: second }])), PROTOBUF_HEADERS);
  const [fromJson] = await stored(first);
  const [fromProtobuf] = await stored(second);
  expect({ ...fromJson, traceId: second }).toEqual(fromProtobuf);
  expect(fromJson).toEqual(spansFromOtlp(JSON.parse(otlpJson([{ ...span, traceId: first }])) as object)[0]);
});

test('the same trace in both encodings and all compressions is one trace', async () => {
  const json = otlpJson([{ traceId: idOf(3) }, { traceId: idOf(3) }]);
  const bytes = protobuf(json);
  const encodings = {
    gzip: gzipSync(bytes),
    deflate: deflateSync(bytes),
    br: brotliCompressSync(bytes),
    zstd: zstdCompressSync(bytes),
  };
  expect((await hub.post('/v1/traces', json)).status).toBe(200);
  for (const [encoding, body] of Object.entries(encodings)) {
    const answer = await hub.post('/v1/traces', body, { ...PROTOBUF_HEADERS, 'content-encoding': encoding });
    expect([encoding, answer.status]).toEqual([encoding, 200]);
  }
  expect(await stored(idOf(3))).toHaveLength(2);
});

test('ids are hex of either case', async () => {
  await hub.post('/v1/traces', otlpJson([{ traceId: idOf(4).toUpperCase(), spanId: 'ABCDEF0123456789' }]));
  expect((await stored(idOf(4)))[0]?.spanId).toBe('abcdef0123456789');
});

test('a bad span is refused alone, and the sender is told how many and why', async () => {
  const spans = [
    { traceId: idOf(5) },
    { traceId: '0'.repeat(32) },
    { traceId: 'abcd' },
    { traceId: idOf(5), spanId: '0'.repeat(16) },
    { traceId: idOf(5), spanId: 'not hex at all!!' },
    { traceId: idOf(5), startTimeUnixNano: '18446744073709551615' },
  ];
  const answer = await hub.post('/v1/traces', otlpJson(spans));
  expect(answer.status).toBe(200);
  const { partialSuccess } = (await answer.json()) as {
    partialSuccess: { rejectedSpans: string; errorMessage: string };
  };
  expect(partialSuccess.rejectedSpans).toBe('5');
  expect(partialSuccess.errorMessage).toContain('refused 2 spans: trace id is not 16 non-zero bytes');
  expect(await stored(idOf(5))).toHaveLength(1);

  const binary = await hub.post('/v1/traces', protobuf(otlpJson(spans)), PROTOBUF_HEADERS);
  const cursor = new ProtobufCursor(new Uint8Array(await binary.arrayBuffer()));
  cursor.next();
  cursor.enter();
  cursor.next();
  expect([cursor.field, cursor.int64()]).toEqual([1, 5n]);
});

test('what is odd but kept is a warning through the same channel', async () => {
  const early = { traceId: idOf(6), endTimeUnixNano: String(START_NS - 1n) };
  const answer = (await (await hub.post('/v1/traces', otlpJson([early]))).json()) as { partialSuccess: object };
  expect(answer.partialSuccess).toEqual({ errorMessage: 'kept 1 span, but: span ends before it starts' });
  const nameless = JSON.stringify({
    resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: idOf(7), spanId: '1'.repeat(16), name: 'x' }] }] }],
  });
  expect(await (await hub.post('/v1/traces', nameless)).text()).toContain('resource has no service.name');
  expect((await stored(idOf(7)))[0]?.service).toBe('missing-service-name');
});

test.each([
  ['not JSON', JSON_HEADERS, '{"resourceSpans":'],
  ['a list', JSON_HEADERS, '[]'],
  ['a wrong type', JSON_HEADERS, '{"resourceSpans":[{"scopeSpans":{}}]}'],
  ['an enum by name', JSON_HEADERS, otlpJson([{ kind: 'SPAN_KIND_SERVER' as unknown as number }])],
  ['invalid UTF-8', JSON_HEADERS, Buffer.from([0x22, 0xff, 0x22])],
  ['truncated protobuf', PROTOBUF_HEADERS, protobuf(otlpJson([{}])).subarray(0, 40)],
  ['a body that is not gzip', { ...PROTOBUF_HEADERS, 'content-encoding': 'gzip' }, 'hello'],
  ['an unknown encoding', { ...PROTOBUF_HEADERS, 'content-encoding': 'snappy' }, 'hello'],
])('%s is refused with 400 and a Status of code 3 in the request’s type', async (_what, headers, body) => {
  const answer = await hub.post('/v1/traces', body, headers);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([400, headers['content-type']]);
  if (headers === JSON_HEADERS) {
    expect(await answer.json()).toMatchObject({ code: 3, message: expect.any(String) });
  } else {
    const cursor = new ProtobufCursor(new Uint8Array(await answer.arrayBuffer()));
    expect([cursor.next(), cursor.field, cursor.count()]).toEqual([true, 1, 3]);
  }
});

test('a body over the limit is 413, as sent and as decompressed', async () => {
  expect((await hub.post('/v1/traces', Buffer.alloc(300_000), PROTOBUF_HEADERS)).status).toBe(413);
  const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024));
  expect(bomb.length).toBeLessThan(256 * 1024);
  const answer = await hub.post('/v1/traces', bomb, { ...PROTOBUF_HEADERS, 'content-encoding': 'gzip' });
  expect(answer.status).toBe(413);
});

test('another method is 405, another type 415, another path 404, in plain text', async () => {
  const get = await fetch(`${hub.hub.otlpUrl}/v1/traces`);
  expect([get.status, get.headers.get('allow'), await get.text()]).toEqual([
    405,
    'POST',
    '405 method not allowed, supported: [POST]',
  ]);
  const type = await hub.post('/v1/traces', 'x', { 'content-type': 'text/plain' });
  expect([type.status, await type.text()]).toEqual([
    415,
    '415 unsupported media type, supported: [application/json, application/x-protobuf]',
  ]);
  expect((await hub.post('/v1/nothing', '{}')).status).toBe(404);
});

test('metrics and logs are taken and counted', async () => {
  for (const path of ['/v1/metrics', '/v1/logs']) {
    const answer = await hub.post(path, '{}');
    expect([answer.status, await answer.text()]).toEqual([200, '{}']);
  }
  expect(await (await hub.get('/metrics')).text()).toContain('hub_other_signals_total{signal="metrics"} 1');
});

test('pages of allowed origins may send, others may not', async () => {
  const preflight = (origin: string) =>
    fetch(`${hub.hub.otlpUrl}/v1/traces`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type,x-key',
      },
    });
  const allowed = await preflight('http://shop.example');
  expect(allowed.status).toBe(204);
  expect(allowed.headers.get('access-control-allow-origin')).toBe('http://shop.example');
  expect(allowed.headers.get('access-control-allow-headers')).toBe('content-type,x-key');
  const refused = await preflight('http://evil.example');
  expect(refused.headers.get('access-control-allow-origin')).toBeNull();
});

test('values that nest without end are refused and do not overflow the stack', async () => {
  let value: object = { stringValue: 'x' };
  for (let depth = 0; depth < 40; depth++) value = { arrayValue: { values: [value] } };
  expect((await hub.post('/v1/traces', otlpJson([{ attributes: [{ key: 'k', value }] }]))).status).toBe(400);
  expect((await hub.post('/v1/traces', '['.repeat(100_000))).status).toBe(400);
  expect((await stored(TRACE_ID)).length).toBeGreaterThan(0);
});

test('when more waits than may, requests are turned away with 503 and Retry-After', async () => {
  const small = await startTestHub({ memoryBytes: 1024, acknowledge: 'memory' });
  const answers = await Promise.all(
    Array.from({ length: 30 }, (_, at) => small.post('/v1/traces', otlpJson([{ traceId: idOf(1000 + at) }]))),
  );
  const refused = answers.filter(({ status }) => status === 503);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused[0]?.headers.get('retry-after')).toBe('1');
  expect(answers.some(({ status }) => status === 200)).toBe(true);
  await small.close();
});
