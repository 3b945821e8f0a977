import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { type HubProcess, startHub, stopHub } from './hub-process.ts';
import { otlpJson } from './otlp-payload.ts';

// Processes are started, on machines that have other things to do.
jest.setTimeout(120_000);

let directory: string;
let hub: HubProcess | undefined;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hub-crash-'));
});

afterEach(async () => {
  if (hub !== undefined) await stopHub(hub);
  hub = undefined;
  await rm(directory, { recursive: true });
});

const idOf = (seed: number) => seed.toString(16).padStart(32, 'c');

async function send(to: HubProcess, seed: number): Promise<number> {
  const spans = Array.from({ length: 5 }, (_, at) => ({
    traceId: idOf(seed),
    spanId: (at + 1).toString(16).padStart(16, '3'),
  }));
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(to.otlpUrl, { method: 'POST', headers, body: otlpJson(spans) });
  return answer.status;
}

async function spanCount(of: HubProcess, seed: number): Promise<number> {
  const answer = await fetch(`${of.queryUrl}/api/traces/${idOf(seed)}`);
  if (!answer.ok) return 0;
  const { data } = (await answer.json()) as { data: { spans: unknown[] }[] };
  return data[0]?.spans.length ?? 0;
}

/**
 * Nothing acknowledged longer before the last acknowledgement than this may be lost to kill -9: the flush window and the
 * most the writer may lag. Nothing is acknowledged while the writer stands still.
 */
const WINDOW_MS = 2000;

test('kill -9 under load loses nothing acknowledged before the window, and stores nothing twice', async () => {
  const acknowledged = new Map<number, number>();
  let seed = 0;
  for (let kill = 0; kill < 2; kill++) {
    hub = await startHub(['--data', directory]);
    const started = performance.now();
    while (performance.now() - started < WINDOW_MS + 700) {
      const own = seed++;
      if ((await send(hub, own)) === 200) acknowledged.set(own, performance.now());
      // A hundred or so a round: each is asked for after the kill.
      await sleep(20);
    }
    hub.child.kill('SIGKILL');
    const lastMs = Math.max(...acknowledged.values());
    await once(hub.child, 'exit');
    hub = await startHub(['--data', directory]);
    for (const [own, sinceMs] of acknowledged) {
      const count = await spanCount(hub, own);
      if (lastMs - sinceMs > WINDOW_MS) expect([own, count]).toEqual([own, 5]);
      else expect([0, 5]).toContain(count);
      // What this kill took, the next one is not to blame for.
      if (count === 0) acknowledged.delete(own);
      else acknowledged.set(own, 0);
    }
    // A retry after a crash must not double what was kept.
    expect(await send(hub, 0)).toBe(200);
    await stopHub(hub);
  }
  hub = await startHub(['--data', directory]);
  expect(await spanCount(hub, 0)).toBe(5);
});

test('SIGTERM writes out what was accepted and exits 0', async () => {
  hub = await startHub(['--data', directory]);
  await Promise.all(Array.from({ length: 20 }, (_, seed) => send(hub as HubProcess, seed)));
  expect(await stopHub(hub)).toBe(0);
  hub = await startHub(['--data', directory]);
  for (let seed = 0; seed < 20; seed++) expect(await spanCount(hub, seed)).toBe(5);
});

test('a corrupt file is set aside with a message, and the rest is served', async () => {
  await writeFile(
    join(directory, 'spans-00000001.db'),
    'this is not a database, it only has the name of one'.repeat(200),
  );
  hub = await startHub(['--data', directory]);
  expect(await send(hub, 1)).toBe(200);
  await sleep(300);
  expect(await spanCount(hub, 1)).toBe(5);
  expect((await readdir(directory)).some(name => name.startsWith('spans-00000001.db.set-aside-'))).toBe(true);
  const status = (await (await fetch(`${hub.queryUrl}/api/hub/status`)).json()) as { setAside: string[] };
  expect(status.setAside).toHaveLength(1);
});

test('a second hub on the same directory refuses to start', async () => {
  hub = await startHub(['--data', directory]);
  const second = await startHub(['--data', directory]);
  if (second.child.exitCode === null) await once(second.child, 'exit');
  expect([second.queryUrl, second.child.exitCode]).toEqual(['', 1]);
});

test('a full disk turns senders away with 503, loses nothing it took, and recovers', async () => {
  // A limit on the size of files is a disk that is full, for this process only.
  const limited = `trap '' XFSZ; ulimit -S -f 800; exec "$@"`;
  const started = await startHub(['--data', directory], { wrapper: ['bash', '-c', limited, 'hub'] });
  hub = started;
  const taken: number[] = [];
  let refused = 0;
  for (let seed = 0; seed < 600 && refused < 5; seed++) {
    const status = await send(started, seed);
    if (status === 200) taken.push(seed);
    else {
      expect(status).toBe(503);
      refused++;
      await sleep(50);
    }
  }
  expect(refused).toBe(5);
  execFileSync('prlimit', ['--pid', String(started.child.pid), '--fsize=unlimited']);
  const giveUpMs = performance.now() + 10_000;
  while ((await send(started, 5000)) !== 200 && performance.now() < giveUpMs) await sleep(100);
  await sleep(500);
  expect(await spanCount(started, 5000)).toBe(5);
  for (const seed of taken.slice(-100)) expect([seed, await spanCount(started, seed)]).toEqual([seed, 5]);
});
