// 100,000 hostile bodies against a running hub, with its memory watched: node --conditions=@tracelab/source bench/fuzz.bench.ts [count]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { residentMegabytes, startHub, stopHub } from '../test/hub-process.ts';
import { faultOfAnswer, PayloadMutator } from '../test/mutate-payload.ts';

const COUNT = Number(process.argv[2] ?? 100_000);
const AT_ONCE = 8;

const directory = await mkdtemp(join(tmpdir(), 'hub-fuzz-'));
const hub = await startHub(['--data', directory]);
const mutator = new PayloadMutator(Date.now());
const statuses = new Map<number, number>();
let [sent, postponed] = [0, 0];

async function sendUntilDone(): Promise<void> {
  while (sent++ < COUNT) {
    const { body, headers } = mutator.next();
    const answer = await post(Buffer.from(body), headers);
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    const fault = faultOfAnswer(answer.status);
    if (fault !== undefined) throw new Error(`${fault}: ${Buffer.from(body).toString('base64')}`);
    if (sent % (COUNT / 10) === 0) process.stdout.write(`${sent} sent, ${residentMegabytes(hub).toFixed(0)} MB\n`);
  }
}

/** Sends until it is not told to come back later. */
async function post(body: Buffer, headers: Record<string, string>): Promise<Response> {
  for (;;) {
    const answer = await fetch(hub.otlpUrl, { method: 'POST', headers, body });
    await answer.arrayBuffer();
    if (answer.status !== 503) return answer;
    postponed++;
    await sleep(100);
  }
}

await Promise.all(Array.from({ length: AT_ONCE }, sendUntilDone));
const unstorable = /hub_batches_unstorable_total \d+/.exec(await (await fetch(`${hub.queryUrl}/metrics`)).text())?.[0];
const health = await fetch(`${hub.queryUrl}/health`);
process.stdout.write(
  `${JSON.stringify(Object.fromEntries(statuses))}, postponed ${postponed}, ${unstorable ?? ''}, health ${health.status}\n`,
);
process.stdout.write(`exit ${String(await stopHub(hub))}\n`);
await rm(directory, { recursive: true });
