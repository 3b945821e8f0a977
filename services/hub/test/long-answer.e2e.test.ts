import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { json as jsonOf } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';

import { otlpJson, START_NS, textAttribute } from './otlp-payload.ts';
import { startTestHub, type TestHub } from './start-test-hub.ts';

const TRACE_ID = 'c'.repeat(32);
const SPANS = 4000;
const ANSWERS = [`/api/traces/${TRACE_ID}`, `/api/v3/traces/${TRACE_ID}`, '/api/traces?service=long'];

let hub: TestHub;

beforeAll(async () => {
  hub = await startTestHub();
  const spans = Array.from({ length: SPANS }, (_, at) => ({
    traceId: TRACE_ID,
    spanId: (at + 1).toString(16).padStart(16, '0'),
    startTimeUnixNano: String(START_NS + BigInt((at * 7919) % SPANS) * 1000n),
    attributes: [textAttribute('note', `“${String(at)}”\n`), textAttribute('user_id', '1')],
  }));
  await hub.post('/v1/traces', otlpJson(spans, 'long'));
});

afterAll(() => hub.close());

async function ask(path: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  const [answer] = (await once(httpGet(new URL(path, hub.hub.queryUrl), { headers }), 'response')) as [IncomingMessage];
  return answer;
}

test.each(ANSWERS)('%s comes in parts that are one JSON text, compressed for whoever accepts it', async path => {
  // Printed prettily it is made as a whole.
  const whole = await jsonOf(await ask(`${path}${path.includes('?') ? '&' : '?'}prettyPrint=true`));
  const plain = await ask(path);
  expect(plain.headers).toMatchObject({ 'content-type': 'application/json', 'transfer-encoding': 'chunked' });
  expect(await jsonOf(plain)).toEqual(whole);
  const zipped = await ask(path, { 'accept-encoding': 'gzip' });
  expect(zipped.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'accept-encoding' });
  expect(await jsonOf(zipped.pipe(createGunzip()))).toEqual(whole);
});

test('spans of all parts are there, by start', async () => {
  const { data } = (await jsonOf(await ask(ANSWERS[0] ?? ''))) as { data: [{ spans: { startTime: number }[] }] };
  const starts = data[0].spans.map(({ startTime }) => startTime);
  expect(starts).toHaveLength(SPANS);
  expect(starts).toEqual(starts.toSorted((left, right) => left - right));
});

test.each(['identity', 'gzip'])('whoever leaves in the middle of an answer (%s) takes nobody along', async encoding => {
  for (let round = 0; round < 20; round++) {
    const answer = await ask(ANSWERS[round % ANSWERS.length] ?? '', { 'accept-encoding': encoding });
    if (round % 2 === 0) await once(answer, 'data');
    answer.destroy();
  }
  expect(await jsonOf(await ask('/api/services'))).toMatchObject({ data: ['long'] });
});

test('others are answered while nobody reads a long answer', async () => {
  const answers = await Promise.all(Array.from({ length: 10 }, () => ask(ANSWERS[0] ?? '')));
  expect(await jsonOf(await ask('/api/services'))).toMatchObject({ data: ['long'] });
  for (const answer of answers) answer.destroy();
});
