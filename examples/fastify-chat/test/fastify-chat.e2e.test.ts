import { fileURLToPath } from 'node:url';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import { callsOf, readLog } from '@tracelab/function-tracer/reader';
import { TracedProgram } from '@tracelab/function-tracer/testing';

const root = fileURLToPath(new URL('..', import.meta.url));
let example: TracedProgram;

// Anew for each try: whoever is in the room stays there.
beforeEach(async () => {
  example = await TracedProgram.start(new URL('../src/main.ts', import.meta.url), {
    cwd: root,
    nodeArgs: ['--conditions=@tracelab/source'],
  });
}, 30_000);
afterEach(() => example.remove());

class Guest {
  readonly heard: unknown[] = [];
  readonly #socket: WebSocket;

  constructor(url: string) {
    this.#socket = new WebSocket(`${url.replace('http', 'ws')}/chat`);
    this.#socket.on('message', (data: Buffer) => this.heard.push(JSON.parse(data.toString())));
  }

  async opened(): Promise<this> {
    await once(this.#socket, 'open');
    return this;
  }

  /** Says something and waits for the next thing to be heard. */
  async say(message: object): Promise<unknown> {
    const heard = this.heard.length;
    this.#socket.send(JSON.stringify(message));
    return this.hears(heard);
  }

  /** What is heard at that place, once it is. */
  async hears(at: number): Promise<unknown> {
    while (this.heard.length <= at) await once(this.#socket, 'message');
    return this.heard[at];
  }

  close(): void {
    this.#socket.close();
  }
}

test('what one says, everyone in the room hears, and the log tells how it got there', async () => {
  const [ada, bob] = await Promise.all([new Guest(example.url).opened(), new Guest(example.url).opened()]);
  expect(await ada.say({ type: 'say', text: 'too early' })).toEqual({ type: 'error', detail: 'Join a room first' });
  expect(await ada.say({ type: 'join', room: 'tea', name: 'Ada' })).toEqual({
    type: 'joined',
    name: 'Ada',
    members: 1,
  });
  expect(await bob.say({ type: 'join', room: 'tea', name: 'Bob' })).toEqual({
    type: 'joined',
    name: 'Bob',
    members: 2,
  });
  expect(await bob.say({ type: 'say', text: 'hello' })).toEqual({ type: 'said', name: 'Bob', text: 'hello' });
  // After the error, and the two who joined.
  expect(await ada.hears(3)).toEqual({ type: 'said', name: 'Bob', text: 'hello' });
  for (const guest of [ada, bob]) guest.close();
  await example.stop();
  const calls = callsOf((await readLog(example.log)).rows);
  const said = calls.filter(({ name }) => name === 'Rooms.say').at(-1);
  expect(said?.parent?.name).toBe('Rooms.receive');
  expect(said?.parent?.parent?.name).toBe('src.server.answer');
  expect(said?.children.map(({ name }) => name)).toEqual(['Rooms.broadcast']);
  expect(calls.find(({ error }) => error !== undefined)?.error).toEqual({
    type: 'NotInRoom',
    message: 'Join a room first',
  });
});
