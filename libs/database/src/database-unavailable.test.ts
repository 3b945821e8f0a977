import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { isUnavailable } from './database-unavailable.ts';

// Accepts and never says a word, as a server that is busier than its kernel.
const sockets: Socket[] = [];
const silent = createServer(socket => sockets.push(socket));
let url: string;
beforeAll(async () => {
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  url = `postgres://u:p@127.0.0.1:${(silent.address() as AddressInfo).port}/d`;
});
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  silent.close();
});

test('a server that does not get round to answering is one to wait for', async () => {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 50 });
  client.on('error', () => undefined);
  const error: unknown = await client.connect().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(String(error)).toContain('timeout');
  expect(isUnavailable(error)).toBe(true);
});

test('so is a pool that gets no connection in time', async () => {
  const pool = new pg.Pool({ connectionString: url, connectionTimeoutMillis: 50 });
  const error: unknown = await pool.query('select 1').catch((reason: unknown) => reason);
  expect(isUnavailable(error)).toBe(true);
  await pool.end();
});

test('a wrong password and a wrong statement are not', () => {
  expect(isUnavailable({ code: '28P01', message: 'password authentication failed' })).toBe(false);
  expect(isUnavailable({ code: '42601', message: 'syntax error' })).toBe(false);
});
