import { randomBytes } from 'node:crypto';
import { ServerResponse, request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import type { AddressInfo, Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import Fastify from 'fastify';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { expectWellFormed, shapesOf, traceToMemory } from '../../test/memory-tracing.ts';
import { baggageValue, currentTraceId, executionTree, logMixin, metricsText, withSpan } from '../index.ts';
import { registerServerSpans } from './index.ts';

const memory = traceToMemory({ clients: [], rememberedSpans: 1_024 });
const app = Fastify();
const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));

beforeAll(async () => {
  registerServerSpans(app);
  registerServerSpans(app);
  app.get<{ Params: { id: string } }>('/hello/:id', ({ params }) => withSpan('work', () => ({ id: params.id })));
  app.post<{ Body: object }>(
    '/collected',
    {
      preParsing: (_request, _reply, payload, done) => {
        const parts: Buffer[] = [];
        payload.on('data', (part: Buffer) => parts.push(part));
        payload.on('end', () => {
          done(null, Object.assign(Readable.from(parts), { receivedEncodedLength: Buffer.concat(parts).length }));
        });
      },
    },
    ({ body }) => withSpan('collected', () => body),
  );
  app.post('/echo', { preHandler: async () => withSpan('pre', () => pause(1)) }, async request => {
    await pause(1);
    return withSpan('echo', () => request.body);
  });
  app.get('/stream', (_request, reply) =>
    reply.send(
      Readable.from(
        (async function* () {
          for (const part of ['a', 'b']) {
            await pause(1);
            yield withSpan(`part ${part}`, () => part);
          }
        })(),
      ),
    ),
  );
  app.get('/fail', () => {
    throw Object.assign(new Error('broken'), { code: 'Broken' });
  });
  app.get('/refuse', () => {
    throw Object.assign(new Error('no'), { statusCode: 409 });
  });
  app.get('/slow', async () => {
    await pause(200);
    return 'late';
  });
  app.get('/cut', (_request, reply) =>
    reply.send(
      Readable.from(
        (async function* () {
          yield 'a';
          await pause(10);
          throw new Error('disk failed');
        })(),
      ),
    ),
  );
  // As @fastify/websocket does it.
  app.server.on('upgrade', (request, socket) => {
    const response = new ServerResponse(request);
    response.assignSocket(socket as Socket);
    response.on('finish', () => socket.destroy());
    app.routing(request, response);
  });
  app.get('/upgrade', ({ raw: { socket } }, reply) => {
    reply.hijack();
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    for (const event of ['data', 'end']) socket.on(event, () => socket.end());
  });
  const breaking = () => Promise.reject(new Error('db is down'));
  app.get('/broken-upgrade', { preValidation: breaking }, () => ({}));
  app.get('/hijack', (_request, reply) => {
    reply.hijack();
    reply.raw.end('mine');
  });
  app.get('/baggage', () => ({ tenant: baggageValue('tenant'), traceId: currentTraceId() }));
  for (const path of ['/health/ready', '/metrics'])
    app.post(path, () => withSpan('check', () => ({ traceId: currentTraceId() ?? null, ids: logMixin() })));
  app.get<{ Params: { n: string } }>('/tree/:n', ({ params: { n } }) =>
    withSpan(`outer ${n}`, () =>
      Promise.all(
        ['a', 'b'].map(name =>
          withSpan(`${name} ${n}`, async () => {
            await pause(Math.random() * 5);
            return withSpan(`${name}1 ${n}`, () => pause(Math.random() * 5));
          }),
        ),
      ),
    ),
  );
  await app.listen({ port: 0, host: '127.0.0.1' });
});
beforeEach(() => memory.reset());
afterAll(async () => {
  await app.close();
  await memory.tracing.shutdown();
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Asked {
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
  readonly body?: string;
}

// node:http, because fetch refuses the headers that a hostile caller sends.
function ask(path: string, { headers = {}, method = 'GET', body }: Asked = {}): Promise<Answer> {
  const { port } = app.server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ port, host: '127.0.0.1', path, method, headers, agent: false }, response => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('error', reject);
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** The finished spans once there are `count` server spans: the last ends a moment after its caller has the answer. */
async function finished(count = 1) {
  const isServer = ({ kind }: { kind: SpanKind }) => kind === SpanKind.SERVER;
  for (let tries = 0; tries < 400 && (await memory.spans()).filter(isServer).length < count; tries++) await pause(5);
  return memory.spans();
}

test('one span for each request, with the route template and the stable attributes', async () => {
  await ask('/hello/7?q=1&token=abc', { headers: { 'user-agent': 'test' } });
  const spans = await finished();
  expect(shapesOf(spans)).toEqual(['SERVER GET /hello/:id [work]']);
  expect(spans.find(({ kind }) => kind === SpanKind.SERVER)?.attributes).toEqual({
    'http.request.method': 'GET',
    'http.route': '/hello/:id',
    'http.response.status_code': 200,
    'url.path': '/hello/7',
    'url.query': 'q=1&token=[redacted]',
    'url.scheme': 'http',
    'client.address': '127.0.0.1',
    'user_agent.original': 'test',
  });
});

test('the context holds after a body was read, in hooks, handlers and streams', async () => {
  const answer = await ask('/echo', {
    method: 'POST',
    body: '{"a":1}',
    headers: { 'content-type': 'application/json' },
  });
  expect(answer.body).toBe('{"a":1}');
  expect((await ask('/stream')).body).toBe('ab');
  const collected = await ask('/collected', {
    method: 'POST',
    body: '{"a":1}',
    headers: { 'content-type': 'application/json' },
  });
  expect(collected.body).toBe('{"a":1}');
  expect(shapesOf(await finished(3))).toEqual([
    'SERVER POST /echo [pre, echo]',
    'SERVER GET /stream [part a, part b]',
    'SERVER POST /collected [collected]',
  ]);
});

test.each(['/health/ready', '/metrics'])('a request to %s makes no span and names no trace', async path => {
  const headers = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`, 'content-type': 'application/json' };
  const answer = await ask(path, { method: 'POST', body: '{}', headers });
  expect([answer.status, JSON.parse(answer.body)]).toEqual([200, { traceId: null, ids: {} }]);
  expect(answer.headers).not.toHaveProperty('traceresponse');
  await ask('/hello/1');
  expect(shapesOf(await finished())).toEqual(['SERVER GET /hello/:id [work]']);
});

test('the answer names its trace', async () => {
  const { headers } = await ask('/hello/1');
  const [span] = (await finished()).filter(({ kind }) => kind === SpanKind.SERVER);
  const { traceId = '', spanId = '' } = span?.spanContext() ?? {};
  expect(headers['traceresponse']).toBe(`00-${traceId}-${spanId}-01`);
  expect(headers['server-timing']).toBe(`traceparent;desc="00-${traceId}-${spanId}-01"`);
});

describe('the status', () => {
  test('a 5xx fails the span and carries the exception once; a 4xx does neither', async () => {
    await ask('/fail');
    await ask('/refuse');
    await ask('/nowhere');
    const spans = await finished(3);
    const told = spans.map(({ name, status, attributes, events }) => [
      name,
      status.code,
      attributes['error.type'],
      events.length,
    ]);
    expect(told).toEqual([
      ['GET /fail', SpanStatusCode.ERROR, '500', 1],
      ['GET /refuse', SpanStatusCode.UNSET, undefined, 0],
      ['GET', SpanStatusCode.UNSET, undefined, 0],
    ]);
  });

  test('a caller who leaves ends the span without failing it', async () => {
    const { port } = app.server.address() as AddressInfo;
    const sent = httpRequest({ port, host: '127.0.0.1', path: '/slow' });
    sent.on('error', () => undefined);
    sent.end();
    await pause(30);
    sent.destroy();
    const [span] = await finished();
    expect(span?.status.code).toBe(SpanStatusCode.UNSET);
    expect(span?.attributes['error.type']).toBe('client_disconnected');
    // Nothing was ever sent.
    expect(span?.attributes).not.toHaveProperty('http.response.status_code');
  });

  test('a response that breaks off while it is sent is a failure, with the status that was sent', async () => {
    await expect(ask('/cut')).rejects.toThrow('aborted');
    const [span] = await finished();
    expect(span?.status.code).toBe(SpanStatusCode.ERROR);
    expect(span?.attributes).toMatchObject({ 'error.type': 'response_cut_off', 'http.response.status_code': 200 });
    expect(await metricsText()).toMatch(/error_type="response_cut_off"/);
  });

  test.each(['server', 'caller'])('a connection that was upgraded has no failure when the %s ends it', async by => {
    const { port } = app.server.address() as AddressInfo;
    const headers = { connection: 'Upgrade', upgrade: 'websocket' };
    const sent = httpRequest({ port, host: '127.0.0.1', path: '/upgrade', headers, agent: false });
    const socket = await new Promise<Socket>(resolve => {
      sent.on('upgrade', (_response, upgraded) => {
        resolve(upgraded);
      });
      sent.end();
    });
    if (by === 'server') socket.write('bye');
    else socket.end();
    const [span] = await finished();
    expect(span?.name).toBe('GET /upgrade');
    expect(span?.status.code).toBe(SpanStatusCode.UNSET);
    expect(span?.attributes).not.toHaveProperty('error.type');
    expect(span?.attributes).not.toHaveProperty('http.response.status_code');
    socket.destroy();
  });

  test('an upgrade that is answered with a 5xx is a failure', async () => {
    const headers = { connection: 'Upgrade', upgrade: 'websocket' };
    expect((await ask('/broken-upgrade', { headers })).status).toBe(500);
    const [span] = await finished();
    expect([span?.status.code, span?.attributes['error.type'], span?.events.length]).toEqual([
      SpanStatusCode.ERROR,
      '500',
      1,
    ]);
  });

  test('a hijacked reply ends its span too, and an invented method does not name one', async () => {
    await ask('/hijack');
    expect(shapesOf(await finished())).toEqual(['SERVER GET /hijack']);
  });
});

describe('what a caller sends', () => {
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  const parent = '00f067aa0ba902b7';

  test('a valid traceparent continues the trace, and baggage comes along', async () => {
    const headers = { traceparent: `00-${traceId}-${parent}-01`, tracestate: 'a=1', baggage: 'tenant=blue' };
    expect(JSON.parse((await ask('/baggage', { headers })).body)).toEqual({ tenant: 'blue', traceId });
    const [span] = await finished();
    expect(span?.parentSpanContext).toMatchObject({ spanId: parent, traceId, isRemote: true });
  });

  const hostile = [
    [
      'random bytes',
      {
        traceparent: randomBytes(40)
          .toString('latin1')
          .replaceAll(/[^\x21-\x7e]/g, '~'),
      },
    ],
    ['8 KB', { traceparent: `00-${'a'.repeat(8_000)}` }],
    ['zeros', { traceparent: `00-${'0'.repeat(32)}-${'0'.repeat(16)}-00` }],
    ['the wrong version', { traceparent: `ff-${traceId}-${parent}-01` }],
    ['upper case', { traceparent: `00-${traceId.toUpperCase()}-${parent}-01` }],
    ['a half', { traceparent: `00-${traceId}` }],
    ['emptiness', { traceparent: '' }],
  ] as const;

  test.each(hostile)('%s as traceparent starts a new trace', async (_, headers) => {
    expect((await ask('/hello/1', { headers })).status).toBe(200);
    const spans = await finished();
    expectWellFormed(spans);
    expect(spans.map(({ parentSpanContext }) => parentSpanContext?.isRemote)).not.toContain(true);
    expect(spans[0]?.spanContext().traceId).not.toBe(traceId);
  });

  test.each([['%E0%A4%A'], ['='], [',,,;;=='], ['k=%'], [`k=${'v'.repeat(7_900)}`], ['\u00ff=\u00fe']])(
    'baggage %p changes nothing',
    async baggage => {
      expect((await ask('/baggage', { headers: { baggage } })).status).toBe(200);
      expectWellFormed(await finished());
    },
  );

  test('a hostile tracestate keeps the trace and harms nobody', async () => {
    const headers = {
      traceparent: `00-${traceId}-${parent}-01`,
      tracestate: `${',=;'.repeat(500)}a=${'b'.repeat(2_000)}`,
    };
    expect((await ask('/hello/1', { headers })).status).toBe(200);
    expect((await finished()).every(span => span.spanContext().traceId === traceId)).toBe(true);
  });
});

test('100 requests at once give 100 correct trees, in the spans and in the execution tree', async () => {
  const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => ask(`/tree/${n}`)));
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  const spans = await finished(100);
  expectWellFormed(spans);
  const expected = (n: number) => `SERVER GET /tree/:n [outer ${n} [a ${n} [a1 ${n}], b ${n} [b1 ${n}]]]`;
  const byTrace = Map.groupBy(spans, span => span.spanContext().traceId);
  const shapes = [...byTrace.values()].flatMap(shapesOf);
  expect(shapes.toSorted()).toEqual(Array.from({ length: 100 }, (_, n) => expected(n)).toSorted());
  for (const traceId of byTrace.keys()) {
    const [root] = executionTree(traceId)?.roots ?? [];
    const outer = root?.children[0];
    const n = outer?.name.split(' ')[1] ?? '';
    expect(outer?.children.map(({ name, children }) => [name, children.map(child => child.name)])).toEqual([
      [`a ${n}`, [`a1 ${n}`]],
      [`b ${n}`, [`b1 ${n}`]],
    ]);
  }
});

test('the duration of requests is measured by route and status', async () => {
  await ask('/hello/1');
  await finished();
  const text = await metricsText();
  expect(text).toMatch(/http_server_request_duration_count\{[^}]*http_route="\/hello\/:id"[^}]*\} \d+/);
  expect(text).not.toContain('/hello/1"');
});
