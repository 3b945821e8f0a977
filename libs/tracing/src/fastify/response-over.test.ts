import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import Fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { traceToMemory } from '../../test/memory-tracing.ts';
import { registerServerSpans } from './index.ts';
import { whenOver } from './response-over.ts';

const told: string[] = [];
let server: Server;

beforeAll(async () => {
  server = createServer((request, response) => {
    whenOver(request, response, ending => told.push(`${request.url ?? ''} ${ending}`));
    if (request.url === '/cut') response.destroy();
    else if (request.url === '/broken')
      response.destroy(Object.assign(new Error('reset by a server behind'), { code: 'ECONNRESET' }));
    else if (request.url !== '/never') response.end('answer');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const until = async (isTrue: () => boolean) => {
  for (let tries = 0; tries < 400 && !isTrue(); tries++) await new Promise(resolve => setTimeout(resolve, 5));
};

test('on one connection, of each response once: those sent, and those that wait when the caller goes', async () => {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const ask = (path: string) => socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  socket.resume();
  for (let n = 0; n < 20; n++) {
    ask(`/${n}`);
    await until(() => told.length > n);
  }
  // Behind one that never comes, the last answer is ready and never sent.
  ask('/never');
  ask('/behind');
  const before = [...told];
  await new Promise(resolve => setTimeout(resolve, 50));
  expect(told).toEqual(before);
  socket.destroy();
  await until(() => told.length === 22);
  expect(told).toEqual([...Array.from({ length: 20 }, (_, n) => `/${n} sent`), '/never left', '/behind left']);
  const connections = await new Promise<number>((resolve, reject) => {
    server.getConnections((error, count) => {
      if (error === null) resolve(count);
      else reject(error);
    });
  });
  expect(connections).toBe(0);
});

test('who ended it is told apart: a caller that closes or resets, and a server that breaks off', async () => {
  const { port } = server.address() as AddressInfo;
  for (const [path, leave] of [
    ['/never', (socket: Socket) => socket.destroy()],
    ['/never', (socket: Socket) => socket.resetAndDestroy()],
    ['/cut', () => undefined],
    ['/broken', () => undefined],
  ] as const) {
    const before = told.length;
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    socket.resume();
    await new Promise(resolve => setTimeout(resolve, 30));
    leave(socket);
    await until(() => told.length > before);
    socket.destroy();
  }
  expect(told.slice(-4)).toEqual(['/never left', '/never left', '/cut cut', '/broken cut']);
});

test('a connection is listened to once, however many requests it brings', async () => {
  const listeners: number[] = [];
  server.on('request', ({ socket }) => listeners.push(socket.listenerCount('close')));
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.resume();
  for (let n = 0; n < 5; n++) {
    socket.write('GET /again HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await until(() => listeners.length > n);
  }
  socket.destroy();
  expect(new Set(listeners).size).toBe(1);
});

test('HTTP/2, and requests that never were on a network, have their span and its end', async () => {
  const memory = traceToMemory({ clients: [] });
  const app = Fastify({ http2: true });
  // Its types know HTTP/1 alone.
  registerServerSpans(app as unknown as FastifyInstance);
  app.get('/hello', () => 'hello');
  app.get('/never', () => new Promise(() => undefined));
  app.get('/cut', (_request, reply) => {
    reply.hijack();
    reply.raw.write('a');
    setTimeout(() => reply.raw.destroy(new Error('disk failed')), 10);
  });
  const client = connectHttp2(await app.listen({ port: 0, host: '127.0.0.1' }));
  const stream = client.request({ ':path': '/hello' });
  await once(stream.resume(), 'end');
  const unanswered = client.request({ ':path': '/never' });
  await new Promise(resolve => setTimeout(resolve, 50));
  unanswered.close();
  const cut = client.request({ ':path': '/cut' }).resume();
  cut.on('error', () => undefined);
  await new Promise(resolve => cut.on('close', resolve));
  const plain = Fastify();
  registerServerSpans(plain);
  plain.get('/injected', () => 'hello');
  await plain.inject('/injected');
  let spans = await memory.spans();
  for (let tries = 0; tries < 100 && spans.length < 4; tries++) {
    await new Promise(resolve => setTimeout(resolve, 10));
    spans = await memory.spans();
  }
  const seen = spans.map(({ name, attributes }) => [
    name,
    attributes['http.response.status_code'],
    attributes['error.type'],
    attributes['network.protocol.version'],
  ]);
  expect(seen).toHaveLength(4);
  expect(seen).toContainEqual(['GET /hello', 200, undefined, '2.0']);
  expect(seen).toContainEqual(['GET /never', undefined, 'client_disconnected', '2.0']);
  expect(seen).toContainEqual(['GET /cut', 200, 'response_cut_off', '2.0']);
  expect(seen).toContainEqual(['GET /injected', 200, undefined, undefined]);
  client.destroy();
  await app.close();
  await plain.close();
  await memory.tracing.shutdown();
});
