import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, expect, test } from '@jest/globals';
import { closeConnections } from './connections.ts';
import { passOn } from './pass-on.ts';

const PORTION = 'x'.repeat(1024 * 1024);

const server = createServer((request, response) => {
  const portions = Number(request.url?.slice(1));
  for (let i = 0; i < portions; i++) response.write(PORTION);
  response.end();
}).listen(0, '127.0.0.1');
await once(server, 'listening');
afterAll(async () => {
  await closeConnections();
  server.closeAllConnections();
  server.close();
});

test('an answer is passed on whole, however large', async () => {
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const asked = { method: 'GET', headers: {}, body: undefined, timeoutMs: 10_000 } as const;
  const { status, body } = await passOn({ ...asked, baseUrl, path: '/20' });
  expect(status).toBe(200);
  let size = 0;
  for await (const chunk of body) size += (chunk as Buffer).length;
  expect(size).toBe(20 * PORTION.length);
});
