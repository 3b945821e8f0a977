import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { V3Failure, V3Operations, V3Services, V3Summaries, V3Traces } from '@tracelab/contracts/trace-query';
import { spansFromOtlp } from '@tracelab/trace-model';

import { otlpJson, START_NS, textAttribute, TRACE_ID } from './otlp-payload.ts';
import { startTestHub, type TestHub } from './start-test-hub.ts';

let hub: TestHub;
const OTHER_ID = 'b'.repeat(32);

beforeAll(async () => {
  hub = await startTestHub();
  const root = {
    name: 'GET /orders',
    attributes: [textAttribute('user_id', '1'), { key: 'n', value: { intValue: '12' } }],
  };
  await hub.post('/v1/traces', otlpJson([{ ...root, status: { code: 2 } }]));
  await hub.post(
    '/v1/traces',
    otlpJson([{ spanId: 'a'.repeat(16), parentSpanId: 'c'.repeat(16), name: 'lost', kind: 0 }], 'payment'),
  );
  const later = { startTimeUnixNano: String(START_NS + 10n), endTimeUnixNano: String(START_NS + 2_000_000_000n) };
  await hub.post('/v1/traces', otlpJson([{ ...root, ...later, traceId: OTHER_ID, name: 'POST /orders' }]));
});

afterAll(() => hub.close());

const iso = (ns: bigint) =>
  `${new Date(Number(ns / 1_000_000n)).toISOString().slice(0, 19)}.${(ns % 1_000_000_000n).toString().padStart(9, '0')}Z`;
const WINDOW = `query.startTimeMin=${iso(START_NS - 1n)}&query.startTimeMax=${iso(START_NS + 1_000_000n)}`;
const attr = (key: string, level?: string) => ({ attr: { key, ...(level !== undefined && { level }) } });
const scalar = (value: string) => ({ scalar: { value } });

const read = async (path: string): Promise<unknown> => (await hub.get(path)).json();
const idsOf = async (query: string) =>
  V3Summaries.parse(await read(`/api/v3/trace-summaries?${WINDOW}&${query}`)).summaries.map(({ traceId }) => traceId);
const filtered = (filter: object) => idsOf(`query.filter=${encodeURIComponent(JSON.stringify(filter))}`);

async function failure(path: string) {
  const answer = await hub.get(path);
  expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  const { error } = V3Failure.parse(await answer.json());
  expect(error.httpCode).toBe(answer.status);
  return error;
}

test('services and operations are lists, also when empty', async () => {
  expect(V3Services.parse(await read('/api/v3/services'))).toEqual({ services: ['payment', 'shop'] });
  expect(V3Operations.parse(await read('/api/v3/operations?service=payment')).operations).toEqual([
    { name: 'lost', spanKind: 'internal' },
  ]);
  expect(V3Operations.parse(await read('/api/v3/operations?service=nobody'))).toEqual({ operations: [] });
  const empty = await startTestHub({ store: 'memory' });
  expect(await (await empty.get('/api/v3/services')).json()).toEqual({ services: [] });
  await empty.close();
});

test('a trace is OTLP JSON: integers for enums, hex ids, 64-bit numbers as text', async () => {
  const body = V3Traces.parse(await read(`/api/v3/traces/${TRACE_ID}`));
  const [span] = body.result.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
  expect(span).toMatchObject({
    traceId: TRACE_ID,
    kind: 2,
    startTimeUnixNano: START_NS.toString(),
    status: { code: 2 },
  });
  expect(spansFromOtlp(body.result)).toHaveLength(2);
});

test('a summary counts spans, errors and orphans, zeros left out, newest trace first', async () => {
  const { summaries } = (await read(`/api/v3/trace-summaries?${WINDOW}`)) as { summaries: unknown[] };
  expect(summaries[0]).toEqual({
    traceId: OTHER_ID,
    rootServiceName: 'shop',
    rootOperationName: 'POST /orders',
    minStartTimeUnixNano: String(START_NS + 10n),
    maxEndTimeUnixNano: String(START_NS + 2_000_000_000n),
    spanCount: 1,
    services: [{ name: 'shop', spanCount: 1 }],
  });
  expect(summaries[1]).toMatchObject({
    traceId: TRACE_ID,
    spanCount: 2,
    errorSpanCount: 1,
    orphanSpanCount: 1,
    services: [
      { name: 'payment', spanCount: 1 },
      { name: 'shop', spanCount: 1, errorSpanCount: 1 },
    ],
  });
});

test('times are RFC 3339 to the nanosecond, both ends included', async () => {
  const at = (from: bigint, to: bigint) =>
    read(`/api/v3/trace-summaries?query.startTimeMin=${iso(from)}&query.startTimeMax=${iso(to)}`).then(
      body => V3Summaries.parse(body).summaries.length,
    );
  expect(await at(START_NS + 1n, START_NS + 9n)).toBe(0);
  expect(await at(START_NS + 1n, START_NS + 10n)).toBe(1);
  expect(await at(START_NS, START_NS + 1n)).toBe(1);
});

test("Go's zero time, and a time beyond what can be stored, are times", async () => {
  const all = 'query.startTimeMin=0001-01-01T00:00:00Z&query.startTimeMax=9999-12-31T23:59:59Z';
  const { summaries } = V3Summaries.parse(await read(`/api/v3/trace-summaries?${all}`));
  expect(summaries.map(({ traceId }) => traceId)).toEqual([OTHER_ID, TRACE_ID]);
});

test('the legacy conditions are met on one span, under either spelling', async () => {
  expect(await idsOf('query.serviceName=shop&query.operationName=GET%20/orders')).toEqual([TRACE_ID]);
  expect(await idsOf('query.service_name=shop&query.num_traces=1')).toEqual([OTHER_ID]);
  expect(await idsOf(`query.attributes=${encodeURIComponent('{"user_id":"1","error":"true"}')}`)).toEqual([TRACE_ID]);
  expect(await idsOf('query.durationMin=1s')).toEqual([OTHER_ID]);
  expect(await idsOf('query.serviceName=payment&query.operationName=GET%20/orders')).toEqual([]);
});

test('structured filters: and, or, not, exists, regex, comparisons, lists', async () => {
  const isUser = { op: 'eq', args: [attr('user_id'), scalar('1')] };
  const isError = { op: 'eq', args: [{ field: { name: 'status' } }, scalar('error')] };
  const both = [OTHER_ID, TRACE_ID];
  expect(await filtered(isUser)).toEqual(both);
  expect(await filtered({ op: 'and', args: [{ nested: isUser }, { nested: isError }] })).toEqual([TRACE_ID]);
  expect(
    await filtered({ op: 'and', args: [{ nested: isUser }, { nested: { op: 'not', args: [{ nested: isError }] } }] }),
  ).toEqual([OTHER_ID]);
  expect(
    await filtered({
      op: 'or',
      args: [isError, { op: 'eq', args: [{ field: { name: 'name' } }, scalar('POST /orders')] }],
    }),
  ).toEqual(both);
  expect(await filtered({ op: 'exists', args: [attr('n', 'span')] })).toEqual(both);
  expect(await filtered({ op: 'exists', args: [attr('n', 'resource')] })).toEqual([]);
  expect(await filtered({ op: 'regex', args: [{ field: { name: 'name' } }, scalar('^GET')] })).toEqual([TRACE_ID]);
  expect(await filtered({ op: 'gt', args: [attr('n'), scalar('9')] })).toEqual(both);
  expect(await filtered({ op: 'lt', args: [attr('n'), scalar('12')] })).toEqual([]);
  expect(await filtered({ op: 'gte', args: [{ field: { name: 'duration' } }, scalar('1s')] })).toEqual([OTHER_ID]);
  expect(
    await filtered({ op: 'in', args: [attr('user_id'), { list: { values: [{ value: '7' }, { value: '1' }] } }] }),
  ).toEqual(both);
  expect(await filtered({ op: 'not_in', args: [attr('user_id'), { list: { values: [{ value: '1' }] } }] })).toEqual([]);
  expect(await filtered({ op: 'ne', args: [attr('host.name'), scalar('h2')] })).toEqual(both);
});

test.each([
  ['not JSON', '{'],
  ['an unknown operation', '{"op":"like","args":[{"attr":{"key":"a"}},{"scalar":{"value":"b"}}]}'],
  ['an unknown field', '{"op":"eq","args":[{"field":{"name":"colour"}},{"scalar":{"value":"b"}}]}'],
  ['a missing argument', '{"op":"eq","args":[{"attr":{"key":"a"}}]}'],
  ['a pattern that can run away', '{"op":"regex","args":[{"attr":{"key":"a"}},{"scalar":{"value":"(a+)+$"}}]}'],
  ['deep nesting', '{"op":"not","args":['.repeat(100)],
])('a filter with %s is refused', async (_what, filter) => {
  const error = await failure(`/api/v3/trace-summaries?${WINDOW}&query.filter=${encodeURIComponent(filter)}`);
  expect(error.httpCode).toBe(400);
  expect(error.message).toContain('malformed parameter query.filter');
});

test('a filter excludes the legacy conditions, and both times are required', async () => {
  const filter = encodeURIComponent('{"op":"exists","args":[{"attr":{"key":"a"}}]}');
  expect((await failure(`/api/v3/traces?${WINDOW}&query.serviceName=a&query.filter=${filter}`)).httpCode).toBe(400);
  expect((await failure('/api/v3/traces')).message).toContain('required');
  expect(
    (await failure('/api/v3/trace-summaries?query.startTimeMin=today&query.startTimeMax=tomorrow')).message,
  ).toContain('malformed parameter query.startTimeMin');
});

test('a search for traces without a match is 404, for summaries a success', async () => {
  expect(await failure(`/api/v3/traces?${WINDOW}&query.serviceName=nobody`)).toEqual({
    httpCode: 404,
    message: 'No traces found',
  });
  expect(await idsOf('query.serviceName=nobody')).toEqual([]);
  expect((await failure('/api/v3/traces/ffff')).message).toBe('No traces found');
  expect((await failure('/api/v3/traces/zz!')).httpCode).toBe(400);
});

test('found traces come together as one message', async () => {
  const body = V3Traces.parse(await read(`/api/v3/traces?${WINDOW}`));
  expect(spansFromOtlp(body.result).map(({ traceId }) => traceId)).toEqual([OTHER_ID, TRACE_ID, TRACE_ID]);
});
