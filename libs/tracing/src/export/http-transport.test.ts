import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Agent, createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HttpTransport } from './http-transport.ts';

interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

let received: Received[];
let connections: number;
let answer: (response: ServerResponse) => void;
const agent = new Agent({ keepAlive: true });
const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('latin1').on('data', (text: string) => (body += text));
  request.on('end', () => {
    const { method, url, headers } = request;
    received.push({ method, url, headers, body });
    answer(response);
  });
});
server.on('connection', () => connections++);

beforeEach(async () => {
  received = [];
  connections = 0;
  answer = response => response.end();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  agent.destroy();
  server.closeAllConnections();
  await new Promise(resolve => server.close(resolve));
});

function transportTo(path: string, user = ''): HttpTransport {
  const { port } = server.address() as AddressInfo;
  return new HttpTransport({
    url: `http://${user}127.0.0.1:${port}${path}`,
    headers: () => Promise.resolve({ 'content-type': 'application/x-protobuf', 'x-team': 'blue' }),
    agentFactory: () => agent,
  });
}

const body = Buffer.from('spans');

test('a batch is one request with its length, the headers of the settings, and the path and the user of the address', async () => {
  answer = response => response.end('thanks');
  expect(await transportTo('/v1/traces?tenant=a', 'u:p%40ss@').send(body, 1_000)).toEqual({
    status: 'success',
    data: Buffer.from('thanks'),
  });
  expect(received).toMatchObject([{ method: 'POST', url: '/v1/traces?tenant=a', body: 'spans' }]);
  expect(received[0]?.headers).toMatchObject({
    'content-length': '5',
    'content-type': 'application/x-protobuf',
    'x-team': 'blue',
    'user-agent': expect.stringContaining('OTLP-Exporter') as unknown,
    authorization: `Basic ${Buffer.from('u:p@ss').toString('base64')}`,
  });
});

test('batches go over one connection', async () => {
  const transport = transportTo('/');
  for (let i = 0; i < 3; i++) await transport.send(body, 1_000);
  expect([received.length, connections]).toEqual([3, 1]);
});

test.each([429, 502, 503, 504])('after a %i the batch is sent again, when the backend says', async status => {
  answer = response => {
    if (received.length < 3) response.writeHead(status, { 'retry-after': '0' });
    response.end();
  };
  expect(await transportTo('/').send(body, 1_000)).toMatchObject({ status: 'success' });
  expect(received.map(one => one.body)).toEqual(['spans', 'spans', 'spans']);
});

test('six times at most', async () => {
  answer = response => response.writeHead(503, { 'retry-after': '0' }).end();
  expect(await transportTo('/').send(body, 5_000)).toEqual({ status: 'retryable', retryInMillis: 0 });
  expect(received).toHaveLength(6);
});

test.each([{ 'retry-after': '60' }, { 'retry-after': new Date(Date.now() + 60_000).toUTCString() }, {}])(
  'not where the time is over before, as after %p',
  async headers => {
    answer = response => response.writeHead(503, headers).end();
    expect(await transportTo('/').send(body, 500)).toMatchObject({ status: 'retryable' });
    expect(received).toHaveLength(1);
  },
);

test.each([400, 401, 404, 500])('a %i is final, and its code is told', async status => {
  answer = response => response.writeHead(status).end('why');
  expect(await transportTo('/').send(body, 5_000)).toMatchObject({
    status: 'failure',
    error: { name: 'OTLPExporterError', code: status, data: 'why' },
  });
  expect(received).toHaveLength(1);
});

test('a backend that says nothing is given up in time', async () => {
  answer = () => undefined;
  const startedMs = performance.now();
  expect(await transportTo('/').send(body, 100)).toMatchObject({
    status: 'retryable',
    error: { message: 'Request timed out' },
  });
  expect(performance.now() - startedMs).toBeLessThan(2_000);
});

test('one that is away, or breaks the connection off, could be there later', async () => {
  answer = response => response.socket?.destroy();
  expect(await transportTo('/').send(body, 100)).toMatchObject({ status: 'retryable', error: { code: 'ECONNRESET' } });
  const transport = transportTo('/');
  server.closeAllConnections();
  await new Promise(resolve => server.close(resolve));
  expect(await transport.send(body, 100)).toMatchObject({ status: 'retryable', error: { code: 'ECONNREFUSED' } });
});

test('an answer that breaks off after it took the batch took it', async () => {
  answer = response => {
    response.writeHead(200, { 'content-length': 100 }).write('th', () => response.socket?.destroy());
  };
  expect(await transportTo('/').send(body, 1_000)).toEqual({ status: 'success' });
});

test('an answer without end is not read to its end', async () => {
  answer = response => {
    const more = () => {
      if (!response.destroyed) response.write(Buffer.alloc(1024 * 1024), more);
    };
    more();
  };
  expect(await transportTo('/').send(body, 5_000)).toMatchObject({ status: 'failure' });
});
