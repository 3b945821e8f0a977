import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { HubLiveTraces } from '@tracelab/contracts/trace-query';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import { otlpJson } from './otlp-payload.ts';
import { startTestHub, type TestHub } from './start-test-hub.ts';

// The feed tells twice a second, and the machine may have other things to do.
jest.setTimeout(60_000);

let hub: TestHub;

beforeAll(async () => {
  hub = await startTestHub();
});

afterAll(() => hub.close());

/** A client of the live feed that reads when it is told to, and keeps what it was told. */
class LiveClient {
  readonly traceIds: string[] = [];
  droppedCount = 0;
  readonly #response: IncomingMessage;
  #parts: string[] = [];

  private constructor(response: IncomingMessage) {
    this.#response = response;
  }

  static async connect(query = ''): Promise<LiveClient> {
    const request = get(`${hub.hub.queryUrl}/api/hub/live${query}`);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return new LiveClient(response);
  }

  read(): this {
    this.#response.setEncoding('utf8').on('data', (text: string) => {
      this.#hear(text);
    });
    return this;
  }

  async knows(traceCount: number): Promise<void> {
    const endMs = performance.now() + 15_000;
    while (this.traceIds.length + this.droppedCount < traceCount) {
      if (performance.now() > endMs) {
        throw new Error(`told of ${this.traceIds.length}, ${this.droppedCount} dropped, of ${traceCount}`);
      }
      await sleep(20);
    }
  }

  leave(): void {
    this.#response.destroy();
  }

  #hear(text: string): void {
    this.#parts.push(text);
    if (!text.includes('\n\n') && !text.startsWith('\n')) return;
    const events = this.#parts.join('').split('\n\n');
    this.#parts = [events.pop() ?? ''];
    for (const event of events) {
      const [, name, data = ''] = /^event: (\w+)\ndata: (.*)$/.exec(event) ?? [];
      if (name === 'traces') {
        this.traceIds.push(...HubLiveTraces.parse(JSON.parse(data)).summaries.map(({ traceId }) => traceId));
      }
      if (name === 'dropped') this.droppedCount = (JSON.parse(data) as { traceCount: number }).traceCount;
    }
  }
}

const TRACES = 40;
// So long that a few rounds are more than the sockets between the hub and a client hold.
const name = 'n'.repeat(100_000);

async function sendRound(round: number): Promise<string[]> {
  const spans = Array.from({ length: TRACES }, (_, at) => ({
    traceId: (round * TRACES + at + 1).toString(16).padStart(32, '0'),
    spanId: '1111111111111111',
    name,
  }));
  expect((await hub.post('/v1/traces', otlpJson(spans))).status).toBe(200);
  return spans.map(({ traceId }) => traceId);
}

test('a client that does not read is told how many traces it missed, and no other client misses one', async () => {
  const [slow, quick] = [await LiveClient.connect(), (await LiveClient.connect()).read()];
  const sent: string[] = [];
  for (let round = 0; round < 5; round++) {
    sent.push(...(await sendRound(round)));
    await quick.knows(sent.length);
  }
  slow.read();
  await slow.knows(sent.length);
  expect([quick.traceIds.toSorted(), quick.droppedCount]).toEqual([sent.toSorted(), 0]);
  expect(slow.droppedCount).toBeGreaterThan(0);
  expect(slow.droppedCount).toBe(sent.length - slow.traceIds.length);
  expect(sent).toEqual(expect.arrayContaining(slow.traceIds));
  quick.leave();
  slow.leave();
});

test('a client that goes away is forgotten, and a filter’s clients do not count what others miss', async () => {
  const endMs = performance.now() + 5000;
  const clients = async () => /hub_live_clients (\d+)/.exec(await (await hub.get('/metrics')).text())?.[1];
  while ((await clients()) !== '0' && performance.now() < endMs) await sleep(50);
  expect(await clients()).toBe('0');
  const [none, every] = [(await LiveClient.connect('?service=nobody')).read(), (await LiveClient.connect()).read()];
  const sent = await sendRound(9);
  await every.knows(sent.length);
  expect([none.traceIds, none.droppedCount, every.droppedCount]).toEqual([[], 0, 0]);
  none.leave();
  every.leave();
});
