// The examples of the older perf-tracer's README, run as they stand in its own text against ours behind the gateway.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { stripTypeScriptTypes } from 'node:module';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { FinishedTrace } from '@tracelab/contracts/perf-tracer';
import { ask, ServiceProcess } from '@tracelab/test-stack';

interface RemoteTrace {
  start(): Promise<void>;
  step(name: string, options?: { track?: boolean; end?: boolean }): Promise<void>;
  end(): Promise<void>;
}
interface Client {
  readonly RemoteTrace: new (name: string, options?: { id?: string | null; url?: string }) => RemoteTrace;
}

const readme = readFileSync(new URL('../../../docs/seeds/perf-tracer.md', import.meta.url), 'utf8');
const blocks = (language: string) =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'gm'))].map(([, code = '']) => code);

let perfTracer: ServiceProcess;
let gateway: ServiceProcess;
beforeAll(async () => {
  perfTracer = await ServiceProcess.start({ service: 'perf-tracer', env: {} });
  gateway = await ServiceProcess.start({ service: 'gateway', env: { PERF_TRACER_URL: perfTracer.url } });
}, 60_000);
afterAll(async () => {
  await Promise.all([gateway.stop(), perfTracer.stop()]);
});

const results = async (tag: string) => (await ask(`${gateway.url}/api/traces/${tag}`)).body as FinishedTrace[];

describe('the TypeScript client', () => {
  let client: Client;
  beforeAll(async () => {
    const [code = ''] = blocks('typescript');
    client = (await import(`data:text/javascript,${encodeURIComponent(stripTypeScriptTypes(code))}`)) as Client;
  });

  test('traces through the gateway', async () => {
    const trace = new client.RemoteTrace('from the readme', { id: 'one', url: `${gateway.url}/api/tracing` });
    await trace.start();
    await trace.step('first');
    await trace.step('waits', { track: false });
    await trace.end();
    const [kept] = await results('from%20the%20readme');
    expect(kept?.steps.map(each => [each.step_name, each.track_duration])).toEqual([
      ['first', true],
      ['waits', false],
    ]);
    expect(kept?.trace_id).toBe('one');
  });

  test('ends with a step, and does not mind an end without a trace', async () => {
    const trace = new client.RemoteTrace('ending', { url: `${gateway.url}/api/tracing` });
    await trace.start();
    await trace.step('last', { end: true });
    await expect(trace.end()).resolves.toBeUndefined();
    expect(await results('ending')).toHaveLength(1);
  });

  test('asks at port 8000 where no address is given, as the gateway does by default', async () => {
    expect(blocks('typescript')[0]).toContain("'http://localhost:8000/api/tracing'");
    const { loadConfig } = await import('../src/config.ts');
    expect(loadConfig({})).toMatchObject({ port: 8000, perfTracerUrl: 'http://127.0.0.1:8004' });
  });
});

/** Sends an example as REST clients do: the first line, a blank one, the body, and no content type. */
async function send(example: string): Promise<{ status: number; body: string }> {
  const [head = '', body] = example.trim().split(/\n\n/, 2);
  const [method = '', address = ''] = head.split(' ');
  const url = address.replace('http://localhost:8000', gateway.url);
  const response = await fetch(url, { method, ...(body !== undefined && { body: new Blob([body]) }) });
  return { status: response.status, body: await response.text() };
}

test('the REST examples, one after the other', async () => {
  const answers = [];
  for (const example of blocks('http')) answers.push(await send(example));
  const [start, , , last, end, list, remove] = answers;
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 404, 200, 204]);
  expect(JSON.parse(start?.body ?? '')).toMatchObject({ message: 'Trace started', trace_tag: 'my-feature' });
  const ended = JSON.parse(last?.body ?? '') as FinishedTrace & { message?: string };
  expect(ended.steps.map(each => each.step_name)).toEqual(['step-1', 'step-2', 'step-3']);
  // The step before it has ended the trace already, there as here.
  expect(JSON.parse(end?.body ?? '')).toEqual({ detail: 'Trace not found.' });
  delete ended.message;
  expect(JSON.parse(list?.body ?? '')).toEqual([ended]);
  expect(remove?.body).toBe('');
});

describe('what passes through the gateway', () => {
  test.each([
    ['a broken body', 'POST', '/api/tracing/start', '{', 422],
    ['a wrong type', 'POST', '/api/tracing/start', '{"trace_tag":1}', 422],
    ['an unknown trace', 'POST', '/api/tracing/end', '{"trace_tag":"nobody"}', 404],
    ['a wrong method', 'GET', '/api/tracing/start', undefined, 405],
    ['a wrong method on the tags', 'POST', '/api/traces', '{}', 405],
    ['an unknown path', 'GET', '/api/tracing/nothing', undefined, 404],
  ])('%s is refused in the same words as by perf-tracer itself', async (_, method, path, body, status) => {
    const answers = await Promise.all(
      [gateway.url, perfTracer.url].map(async base => {
        const response = await fetch(base + path, { method, ...(body !== undefined && { body }) });
        return { status: response.status, allow: response.headers.get('allow'), body: await response.text() };
      }),
    );
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]?.status).toBe(status);
    expect(Object.keys(JSON.parse(answers[0]?.body ?? '') as object)).toEqual(['detail']);
  });

  test('a tag keeps its slash', async () => {
    const body = JSON.stringify({ trace_tag: 'a/b', trace_id: '' });
    for (const path of ['start', 'end']) await fetch(`${gateway.url}/api/tracing/${path}`, { method: 'POST', body });
    expect(await results('a%2Fb')).toMatchObject([{ trace_tag: 'a/b' }]);
    expect((await ask(`${gateway.url}/api/traces/a%2Fb/summary`)).body).toMatchObject({ total: { count: 1 } });
  });

  test('pages of any origin may ask first, with credentials', async () => {
    const headers = { origin: 'https://page.test', 'access-control-request-method': 'POST' };
    const preflight = await ask(`${gateway.url}/api/tracing/start`, { method: 'OPTIONS', headers });
    expect(preflight.headers.get('access-control-allow-origin')).toBe('https://page.test');
    expect(preflight.headers.get('access-control-allow-credentials')).toBe('true');
  });

  test('the rest of the gateway keeps taking JSON alone, with problems', async () => {
    const response = await fetch(`${gateway.url}/users`, { method: 'POST', body: '{}' });
    expect(response.status).toBe(415);
    expect(await response.json()).toMatchObject({ code: 'UnsupportedMediaType' });
  });
});

test('while perf-tracer is down the answer is a 503 in its dialect', async () => {
  const nobody = createServer().listen(0, '127.0.0.1');
  await new Promise(resolve => nobody.once('listening', resolve));
  const { port } = nobody.address() as { port: number };
  await new Promise(resolve => nobody.close(resolve));
  const lonely = await ServiceProcess.start({
    service: 'gateway',
    env: { PERF_TRACER_URL: `http://127.0.0.1:${port}` },
  });
  const { status, body } = await ask(`${lonely.url}/api/traces`);
  await lonely.stop();
  expect({ status, body }).toEqual({ status: 503, body: { detail: 'Something that is needed for this is down' } });
}, 60_000);
