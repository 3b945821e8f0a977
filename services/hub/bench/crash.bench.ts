// kill -9 under full load, ten times on one directory: node --conditions=@tracelab/source bench/crash.bench.ts [kills]
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { type HubProcess, startHub, stopHub } from '../test/hub-process.ts';
import { TraceTemplate } from './trace-template.ts';

const KILLS = Number(process.argv[2] ?? 10);
const LOAD_MS = 4000;
/** As the README states it: of acknowledging, which stops while the writer stands still. */
const WINDOW_MS = 2000;
const SPANS = 10;

const directory = await mkdtemp(join(tmpdir(), 'hub-crash-bench-'));
const template = new TraceTemplate({ traceCount: 20, spansPerTrace: SPANS, seed: 1 });
let kept: string[] = [];

for (let kill = 1; kill <= KILLS; kill++) {
  const hub = await startHub(['--data', directory]);
  const acknowledged: { readonly traceId: string; readonly atMs: number }[] = [];
  const endMs = performance.now() + LOAD_MS;
  while (performance.now() < endMs) {
    const traceId = template.stamp(BigInt(Date.now()) * 1_000_000n);
    const headers = { 'content-type': 'application/x-protobuf' };
    const answer = await fetch(hub.otlpUrl, { method: 'POST', headers, body: Buffer.from(template.bytes) });
    await answer.arrayBuffer();
    if (answer.ok) acknowledged.push({ traceId, atMs: performance.now() });
    else await sleep(50);
  }
  hub.child.kill('SIGKILL');
  const killedMs = performance.now();
  await once(hub.child, 'exit');
  const lastMs = acknowledged.at(-1)?.atMs ?? killedMs;
  const before = acknowledged.filter(({ atMs }) => lastMs - atMs > WINDOW_MS).map(({ traceId }) => traceId);
  const within = acknowledged.filter(({ atMs }) => lastMs - atMs <= WINDOW_MS).map(({ traceId }) => traceId);
  const again = await startHub(['--data', directory]);
  const [lost, lostWithin] = [await wrong(again, [...kept, ...before]), await wrong(again, within)];
  process.stdout.write(
    `kill ${kill}: ${before.length} requests before the window, ${lost.length} not whole; ${within.length} within, ${lostWithin.length} lost; last acknowledged ${(killedMs - lastMs).toFixed(0)} ms before\n`,
  );
  kept = [...kept, ...before].slice(-1000);
  await stopHub(again);
}
await rm(directory, { recursive: true });

/** The traces that are not there with each span exactly once. */
async function wrong(hub: HubProcess, traceIds: readonly string[]): Promise<string[]> {
  const wrongs: string[] = [];
  for (const traceId of traceIds) {
    const answer = await fetch(`${hub.queryUrl}/api/traces/${traceId}`);
    const { data } = (await answer.json()) as { data: { spans: { spanID: string }[] }[] | null };
    const spans = data?.[0]?.spans ?? [];
    if (spans.length !== SPANS || new Set(spans.map(({ spanID }) => spanID)).size !== SPANS) wrongs.push(traceId);
  }
  return wrongs;
}
