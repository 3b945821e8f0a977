import { createConnection } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Body, Controller, Get, Module, Param, Post, Query } from '@nestjs/common';
import { Problem } from '@tracelab/contracts/problem';
import { CallFailed, CallRefused } from '@tracelab/http';
import { z } from 'zod';
import { createApplication, DomainError, type ServiceConfig } from '../src/index.ts';

const Thing = z.object({ name: z.string(), size: z.number().min(1) });
const Numbered = z.object({ id: z.string().regex(/^\d+$/, 'must be an integer') });

class Sold extends DomainError {
  readonly type = { code: 'Sold', kind: 'conflict', title: 'It is sold' } as const;
  override readonly members = { buyer: 7 };
}

const refusal = (status: number) =>
  new CallRefused('GET /there', { type: 'about:blank', title: 'secret words', status, code: 'Secret' });

const ERRORS: Record<string, unknown> = {
  domain: new Sold('Somebody else was faster'),
  unknown: new Error('password=hunter2'),
  string: 'thrown by a careless library',
  nothing: undefined,
  refused: refusal(409),
  'refused-503': refusal(503),
  'refused-504': refusal(504),
  unreachable: new CallFailed('GET /there', 'unreachable'),
  timeout: new CallFailed('GET /there', 'timeout'),
  nonsense: new CallFailed('GET /there', 'invalid-answer'),
};

@Controller()
class Things {
  @Post('things')
  create(@Body({ schema: Thing }) thing: z.infer<typeof Thing>) {
    return thing;
  }

  @Get('things/:id')
  get(
    @Param({ schema: Numbered }) { id }: z.infer<typeof Numbered>,
    @Query({ schema: Thing.partial() }) query: object,
  ) {
    return { id, ...query };
  }

  @Get('errors/:name')
  fail(@Param('name') name: string): never {
    throw ERRORS[name];
  }
}

@Module({ controllers: [Things] })
class App {}

const config: ServiceConfig = {
  service: 'things',
  host: '127.0.0.1',
  port: 0,
  environment: 'test',
  logLevel: 'silent',
  isLogPretty: false,
  corsOrigin: '*',
  requestTimeoutMs: 5_000,
  shutdownTimeoutMs: 1_000,
};

const app = await createApplication({ module: App }, config);
let url: string;
beforeAll(async () => {
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
});
afterAll(() => app.close());

async function problemOf(path: string, init?: RequestInit) {
  const response = await fetch(url + path, init);
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  const problem = Problem.parse(await response.json());
  expect(problem.status).toBe(response.status);
  return { problem, headers: response.headers };
}

const json = { 'content-type': 'application/json' };
const post = (body: string, headers: Record<string, string> = json) =>
  problemOf('/things', { method: 'POST', body, headers });

describe('what never reaches a handler', () => {
  test('a malformed body: every fault is named, with its place', async () => {
    const { problem } = await post('{"size":0}');
    expect(problem).toMatchObject({ status: 422, code: 'InvalidRequest', detail: "Missing required fields: ['name']" });
    expect(problem.errors?.map(({ path }) => path)).toEqual(['body.name', 'body.size']);
  });

  test.each(['null', '[]', '"text"', '7'])('a body of %s', async body => {
    const { problem } = await post(body);
    expect(problem).toMatchObject({ status: 422, code: 'InvalidRequest' });
    expect(problem.errors).toHaveLength(1);
  });

  test('a malformed parameter in the path', async () => {
    const { problem } = await problemOf('/things/abc');
    expect(problem).toMatchObject({ status: 422, detail: 'id: must be an integer' });
    expect(problem.errors?.[0]?.path).toBe('path.id');
  });

  test('a malformed parameter in the query', async () => {
    const { problem } = await problemOf('/things/1?size=many');
    expect(problem.errors?.[0]?.path).toBe('query.size');
  });

  test.each(['{"name":', '{"__proto__":{"x":1}}', ''])('a body that is not JSON: %p', async body => {
    expect((await post(body)).problem).toMatchObject({ status: 400, code: 'InvalidJson' });
  });

  test('a body of 2 MiB', async () => {
    const body = JSON.stringify({ name: 'x'.repeat(2 * 1024 * 1024), size: 1 });
    expect((await post(body)).problem).toMatchObject({ status: 413, code: 'BodyTooLarge' });
  });

  test.each(['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'nonsense'])(
    'a content type of %s',
    async type => {
      const { problem } = await post('name=x', { 'content-type': type });
      expect(problem).toMatchObject({ status: 415, code: 'UnsupportedMediaType' });
    },
  );

  test('a wrong method, which is told the right ones', async () => {
    const { problem, headers } = await problemOf('/things/1', { method: 'DELETE' });
    expect(problem).toMatchObject({ status: 405, code: 'WrongMethod' });
    expect(headers.get('allow')).toBe('GET, HEAD');
  });

  test.each(['/nothing', '/things/1/parts', '/%zz', '/things/%'])('an unknown path: %s', async path => {
    expect((await problemOf(path)).problem).toMatchObject({ status: 404, code: 'UnknownPath' });
  });

  test('bytes that are no HTTP at all', async () => {
    const socket = createConnection(Number(new URL(url).port), '127.0.0.1');
    socket.end('complete nonsense\r\n\r\n');
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe('what a handler throws', () => {
  test.each([
    ['domain', 409, 'Sold'],
    ['unknown', 500, 'Internal'],
    ['string', 500, 'Internal'],
    ['nothing', 500, 'Internal'],
    ['refused', 502, 'UpstreamFailed'],
    ['refused-503', 503, 'Unavailable'],
    ['refused-504', 504, 'TooSlow'],
    ['unreachable', 503, 'Unavailable'],
    ['timeout', 504, 'TooSlow'],
    ['nonsense', 502, 'UpstreamFailed'],
  ])('%s becomes %d %s', async (name, status, code) => {
    const { problem } = await problemOf(`/errors/${name}`);
    expect(problem).toMatchObject({ status, code });
  });

  test('keeps its words and members when the domain explains it', async () => {
    const { problem } = await problemOf('/errors/domain');
    expect(problem).toMatchObject({ title: 'It is sold', detail: 'Somebody else was faster', buyer: 7 });
  });

  test.each(['unknown', 'string', 'refused'])('tells nothing of what %s says', async name => {
    const { problem } = await problemOf(`/errors/${name}`);
    expect(JSON.stringify(problem)).not.toMatch(/hunter2|careless|secret|at .*\.ts/i);
  });
});

test('no header tells what the server is made of, and the security headers are there', async () => {
  const { headers } = await fetch(`${url}/things/1`);
  expect(headers.get('x-powered-by')).toBeNull();
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('content-security-policy')).toContain("default-src 'self'");
});

test('any origin may call while the setting says so', async () => {
  const { headers } = await fetch(`${url}/things/1`, { headers: { origin: 'http://elsewhere.test' } });
  expect(headers.get('access-control-allow-origin')).toBe('*');
});
