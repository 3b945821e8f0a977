import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { WebSocket as UndiciWebSocket, fetch as undiciFetch } from 'undici';
import { traceToMemory } from '../../test/memory-tracing.ts';
import { withBaggage, withSpan } from '../index.ts';

const memory = traceToMemory({ clients: ['undici'] });
let received: IncomingMessage['headersDistinct'] = {};
const server = createServer((request, response) => {
  received = request.headersDistinct;
  response.end();
}).on('upgrade', (request, socket) => {
  received = request.headersDistinct;
  const key = createHash('sha1').update(
    `${request.headers['sec-websocket-key'] ?? ''}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`,
  );
  socket.write(
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      `Sec-WebSocket-Accept: ${key.digest('base64')}\r\n\r\n`,
  );
  socket.end(Buffer.from([0x88, 0]));
});
let address: string;

beforeAll(async () => {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => memory.reset());
afterAll(async () => {
  await memory.tracing.shutdown();
  server.closeAllConnections();
  server.close();
});

const spans = async () => (await memory.spans()).map(span => ({ name: span.name, ...span.spanContext() }));

test.each([
  ['fetch', fetch],
  ['undici', undiciFetch],
])(
  'trace headers that a caller passes on give way to those of the call, and its baggage is added to: %s',
  async (_, get) => {
    const forwarded = {
      'X-Other': 'a',
      TraceParent: `00-${'d'.repeat(32)}-${'1'.repeat(16)}-01`,
      baggage: 'old=1',
      last: 'z',
    };
    await withBaggage({ tenant: 'a' }, async () => (await get(`http://${address}/`, { headers: forwarded })).text());
    const [call] = await spans();
    expect(received).toMatchObject({
      traceparent: [`00-${call?.traceId ?? ''}-${call?.spanId ?? ''}-01`],
      // Several of it are one list.
      baggage: ['old=1', 'tenant=a'],
      'x-other': ['a'],
      last: ['z'],
    });
  },
);

test.each([
  ['WebSocket', WebSocket],
  ['undici', UndiciWebSocket],
])('a WebSocket has no span, and is below that of its caller: %s', async (_, Socket) => {
  await withSpan(
    'caller',
    () =>
      new Promise(resolve => {
        const socket = new Socket(`ws://${address}`);
        socket.onclose = resolve;
      }),
  );
  const [caller, ...others] = await spans();
  expect(others).toEqual([]);
  expect(received).toMatchObject({ traceparent: [`00-${caller?.traceId ?? ''}-${caller?.spanId ?? ''}-01`] });
});
