import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { endpoint } from '@tracelab/contracts/endpoint';
import { z } from 'zod';
import { call } from './call.ts';
import { closeConnections } from './connections.ts';
import { withinDeadline } from './deadline.ts';

const Greeting = z.object({ hello: z.string() });
const greet = endpoint({
  method: 'GET',
  path: '/greetings/{name}',
  summary: 'A greeting',
  params: z.object({ name: z.string() }),
  query: z.object({ loud: z.boolean().optional() }),
  response: Greeting,
});
const post = endpoint({ method: 'POST', path: '/greetings', summary: 'Greet', body: Greeting, response: Greeting });
const postOnce = endpoint({ ...post, takesIdempotencyKey: true });

let server: Server | undefined;

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  server = createServer(answer);
  await new Promise<void>(resolve => server?.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

afterEach(async () => {
  await closeConnections();
  server?.closeAllConnections();
  await server?.[Symbol.asyncDispose]();
  server = undefined;
});

const ok = (response: ServerResponse, body: unknown = { hello: 'you' }) =>
  response.setHeader('content-type', 'application/json').end(JSON.stringify(body));

const refuse = (response: ServerResponse, status: number, body: unknown) => {
  response.statusCode = status;
  ok(response, body);
};

const problem = (status: number) => ({ type: 'about:blank', title: 'No', status, code: 'No' });

test('fills the path, escapes it, appends the query and parses the answer', async () => {
  let url: string | undefined;
  const baseUrl = await serve((request, response) => {
    url = request.url;
    ok(response);
  });
  const answer = await call(greet, { params: { name: 'a/b ü' }, query: { loud: true } }, { baseUrl, timeoutMs: 1_000 });
  expect(answer).toEqual({ hello: 'you' });
  expect(url).toBe('/greetings/a%2Fb%20%C3%BC?loud=true');
});

test('a refusal carries the problem of the callee', async () => {
  const baseUrl = await serve((_, response) => {
    refuse(response, 404, { ...problem(404), detail: 'nobody' });
  });
  await expect(call(greet, { params: { name: 'x' }, query: {} }, { baseUrl, timeoutMs: 1_000 })).rejects.toMatchObject({
    name: 'CallRefused',
    problem: { status: 404, code: 'No', detail: 'nobody' },
  });
});

describe('a call fails as', () => {
  const greeting = (baseUrl: string, timeoutMs = 1_000) =>
    call(greet, { params: { name: 'x' }, query: {} }, { baseUrl, timeoutMs });

  test('unreachable when nobody listens', async () => {
    await expect(greeting('http://127.0.0.1:1')).rejects.toMatchObject({ failure: 'unreachable' });
  });

  test('interrupted when the connection breaks', async () => {
    const baseUrl = await serve(request => request.socket.destroy());
    await expect(greeting(baseUrl)).rejects.toMatchObject({ failure: 'interrupted' });
  });

  test('timeout when the answer does not come, or stops half-way', async () => {
    const silent = await serve(() => undefined);
    await expect(greeting(silent, 50)).rejects.toMatchObject({ failure: 'timeout' });
    server?.removeAllListeners('request').on('request', (_: unknown, response: ServerResponse) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"hel');
    });
    await expect(greeting(silent, 50)).rejects.toMatchObject({ failure: 'timeout' });
  });

  test.each([['<html>'], ['{"hello":1}'], ['']])('invalid-answer when the body is %p', async body => {
    const baseUrl = await serve((_, response) => response.end(body));
    await expect(greeting(baseUrl)).rejects.toMatchObject({ failure: 'invalid-answer' });
  });
});

describe('inside a request', () => {
  test('a call ends with the request, not with its own timeout', async () => {
    const baseUrl = await serve(() => undefined);
    const failed = withinDeadline('60', 10_000, () =>
      call(greet, { params: { name: 'x' }, query: {} }, { baseUrl, timeoutMs: 60_000 }),
    );
    await expect(failed).rejects.toMatchObject({ failure: 'timeout' });
  });

  test('the callee is told how long the caller still waits', async () => {
    let told = NaN;
    const baseUrl = await serve((request, response) => {
      told = Number(request.headers['x-timeout-ms']);
      ok(response);
    });
    await withinDeadline(undefined, 500, () =>
      call(greet, { params: { name: 'x' }, query: {} }, { baseUrl, timeoutMs: 60_000 }),
    );
    expect(told).toBeGreaterThan(0);
    expect(told).toBeLessThanOrEqual(500);
  });

  test('nothing is sent once the time is over', async () => {
    let requests = 0;
    const baseUrl = await serve((_, response) => {
      requests++;
      ok(response);
    });
    const failed = withinDeadline('0', 1_000, () =>
      call(post, { body: { hello: 'x' } }, { baseUrl, timeoutMs: 1_000 }),
    );
    await expect(failed).rejects.toMatchObject({ failure: 'timeout' });
    expect(requests).toBe(0);
  });

  test.each(['-5', 'abc', '1e3', '', '99999999999999'])('a deadline header of %p changes nothing', async header => {
    const baseUrl = await serve((_, response) => {
      ok(response);
    });
    const answer = withinDeadline(header, 5_000, () =>
      call(post, { body: { hello: 'x' } }, { baseUrl, timeoutMs: 1_000 }),
    );
    await expect(answer).resolves.toEqual({ hello: 'you' });
  });
});

describe('a retry', () => {
  const retry = { attempts: 3, baseDelayMs: 1 };

  const failingTwice = async () => {
    const state = { requests: 0, url: '' };
    state.url = await serve((_, response) => {
      if (++state.requests < 3) refuse(response, 503, problem(503));
      else ok(response);
    });
    return state;
  };

  test('repeats an idempotent call that failed in passing', async () => {
    const state = await failingTwice();
    const options = { baseUrl: state.url, timeoutMs: 1_000, retry };
    await expect(call(greet, { params: { name: 'x' }, query: {} }, options)).resolves.toEqual({ hello: 'you' });
    expect(state.requests).toBe(3);
  });

  test('never repeats a POST without a key', async () => {
    const state = await failingTwice();
    const options = { baseUrl: state.url, timeoutMs: 1_000, retry };
    await expect(call(post, { body: { hello: 'x' } }, options)).rejects.toMatchObject({ problem: { status: 503 } });
    await expect(call(post, { body: { hello: 'x' } }, { ...options, idempotencyKey: 'k' })).rejects.toMatchObject({
      problem: { status: 503 },
    });
    expect(state.requests).toBe(2);
  });

  test('repeats a POST whose key makes it safe', async () => {
    const state = await failingTwice();
    const options = { baseUrl: state.url, timeoutMs: 1_000, retry, idempotencyKey: 'k' };
    await expect(call(postOnce, { body: { hello: 'x' } }, options)).resolves.toEqual({ hello: 'you' });
  });

  test('does not repeat what the callee refused for good', async () => {
    let requests = 0;
    const baseUrl = await serve((_, response) => {
      requests++;
      refuse(response, 404, problem(404));
    });
    await expect(
      call(greet, { params: { name: 'x' }, query: {} }, { baseUrl, timeoutMs: 1_000, retry }),
    ).rejects.toMatchObject({ problem: { status: 404 } });
    expect(requests).toBe(1);
  });
});
