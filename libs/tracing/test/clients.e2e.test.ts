import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { LocalPostgres, LocalRedis, findRedis } from '@tracelab/local-servers';
import { Child } from './child-process.ts';
import { OtlpReceiver } from './otlp-receiver.ts';
import type { ReceivedSpan } from './otlp-receiver.ts';

let backend: OtlpReceiver;
let postgres: LocalPostgres;
let redis: LocalRedis | undefined;
let directory: string;
let headersSeen: Record<string, string>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tracing-'));
  backend = await new OtlpReceiver().listen();
  postgres = await LocalPostgres.start({ directory, isDurable: false });
  const binary = findRedis(process.env['PATH'] ?? '');
  redis = binary === undefined ? undefined : await LocalRedis.start(binary);
  const child = new Child('client-calls.ts', {
    args: [postgres.url('postgres'), redis?.url ?? ''],
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: backend.baseUrl, SERVICE_NAME: 'client' },
  });
  const { code, stdout, stderr } = await child.ended();
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  headersSeen = JSON.parse(stdout) as Record<string, string>;
}, 30_000);

afterAll(async () => {
  await backend.close();
  await Promise.all([postgres.stop(), redis?.stop()]);
  await rm(directory, { recursive: true, force: true });
});

const named = (name: string): ReceivedSpan => {
  const span = backend.spans.find(one => one.name === name);
  if (span === undefined) throw new Error(`No span ${name} among ${backend.spans.map(one => one.name).join(', ')}`);
  return span;
};
const below = (name: string) => {
  const { spanId } = named(name);
  return backend.spans.filter(({ parentSpanId }) => parentSpanId === spanId);
};

test('each HTTP call is one client span, whichever client made it, and its headers name that span', () => {
  const calls = below('http');
  expect(calls.map(({ name, kind, status, attributes }) => [name, kind, status, attributes['error.type']])).toEqual([
    ['GET', 3, 0, undefined],
    ['GET', 3, 0, undefined],
    ['GET', 3, 2, '404'],
    ['GET', 3, 0, undefined],
    ['GET', 3, 2, 'ECONNREFUSED'],
  ]);
  for (const [path, traceparent] of Object.entries(headersSeen).slice(0, 4)) {
    const call = calls.find(({ attributes }) => String(attributes['url.full']).includes(path.split('?')[0] ?? path));
    expect(traceparent).toBe(`00-${call?.traceId ?? ''}-${call?.spanId ?? ''}-01`);
  }
  expect(calls[0]?.attributes).toMatchObject({
    'http.request.method': 'GET',
    'http.response.status_code': 200,
    'server.address': '127.0.0.1',
    'url.full': expect.stringMatching(/\/fetch\?token=\[redacted\]&a=1$/),
  });
});

test('a call that waited for a connection belongs to its own caller', () => {
  for (let n = 0; n < 10; n++) {
    expect(below(`caller ${n}`).map(({ attributes }) => attributes['url.full'])).toEqual([
      expect.stringMatching(new RegExp(`/narrow/${n}$`)),
    ]);
  }
});

test('each query is one span, named by operation and table, under the step that made it', () => {
  expect(below('pg').map(({ name, status }) => [name, status])).toEqual([
    ['INSERT users', 0],
    ['SELECT users', 0],
    ['SELECT users', 0],
    ['in callback', 0],
    ['INSERT users', 2],
    ['INSERT users', 0],
    ['SELECT nowhere', 2],
    ['SELECT nowhere', 2],
    ['SELECT users', 0],
  ]);
  const [insert, select, , , failed, repeated] = below('pg');
  expect(insert).toMatchObject({
    kind: 3,
    attributes: {
      'db.system.name': 'postgresql',
      'db.namespace': 'postgres',
      'db.operation.name': 'INSERT',
      'db.collection.name': 'users',
      'db.query.summary': 'INSERT users',
      'server.address': expect.any(String),
    },
  });
  expect(select?.attributes['db.query.text']).toBe('select * from users where name = ?');
  expect(failed?.attributes).toMatchObject({ 'db.response.status_code': '23505', 'error.type': '23505' });
  expect(Object.keys(repeated?.attributes ?? {})).toEqual(Object.keys(insert?.attributes ?? {}));
});

test('the same statement tells each time which database it asked', () => {
  const asked = below('databases').map(({ attributes }) => attributes['db.namespace']);
  expect(asked).toEqual(['postgres', 'template1', 'postgres']);
});

test('queries that waited for the pool belong to their own callers', () => {
  for (let n = 0; n < 10; n++) expect(below(`querier ${n}`).map(({ name }) => name)).toEqual(['SELECT users']);
});

test('each Redis command is one span, with keys and without values', () => {
  if (redis === undefined) return;
  expect(below('redis').map(({ name, status, attributes }) => [name, status, attributes['db.query.text']])).toEqual([
    ['SET', 0, 'SET user:1 ? ? ?'],
    ['GET', 0, 'GET user:1'],
    ['MULTI', 0, 'MULTI'],
    ['SET', 0, 'SET a ?'],
    ['GET', 0, 'GET a'],
    ['EXEC', 0, 'EXEC'],
    ['EVAL', 0, 'EVAL ? 1 user:1 ?'],
    ['NOSUCH', 2, 'NOSUCH'],
  ]);
  expect(below('redis')[0]?.attributes).toMatchObject({ 'db.system.name': 'redis', 'db.operation.name': 'SET' });
});

test('what belongs to no span, and what was in the data, is not there', () => {
  expect(
    backend.spans.some(({ name, parentSpanId }) => parentSpanId === '' && /^(SET|CREATE|HELLO|INFO)/.test(name)),
  ).toBe(false);
  expect(backend.text).not.toContain('sentinel');
  expect(backend.text).not.toContain('hunter2');
});
