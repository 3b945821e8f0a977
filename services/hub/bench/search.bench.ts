// How fast the hub answers with a million spans stored: node --conditions=@tracelab/source bench/search.bench.ts [spans]
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { cpuSeconds, residentMegabytes, startHub, stopHub } from '../test/hub-process.ts';
import { TraceTemplate } from './trace-template.ts';

const SPANS = Number(process.argv[2] ?? 1_000_000);
const ROUNDS = 60;

const directory = await mkdtemp(join(tmpdir(), 'hub-bench-'));
const hub = await startHub(['--data', directory, '--disk', '4GB']);
const templates = Array.from(
  { length: 200 },
  (_, seed) => new TraceTemplate({ traceCount: 50, spansPerTrace: 10, seed }),
);
const traceIds: string[] = [];

const services = ['gateway', 'user', 'order', 'payment', 'inventory', 'mail', 'search', 'cart', 'auth', 'report'];
const pick = <Item>(items: readonly Item[]) => items[Math.floor(Math.random() * items.length)] as Item;
const v1 = (rest: string) => `/api/traces?service=${pick(services)}&limit=20${rest}`;
const user = () => Math.floor(Math.random() * 1000);

await fill();
await drained();
await sleep(500);
process.stdout.write(
  `${SPANS} spans stored, load average ${loadavg()
    .map(load => load.toFixed(1))
    .join(' ')}\n`,
);

await measure('services', () => '/api/services');
await measure('service+operation+tag+duration', () =>
  v1(`&operation=pg.query%20SELECT&tag=user_id:${user()}&minDuration=10ms`),
);
await measure('  the same, a frequent tag', () =>
  v1('&operation=pg.query%20SELECT&tag=http.request.method:GET&minDuration=500ms'),
);
await measure(
  '  the same, summaries only',
  () =>
    `/api/hub/search?service=${pick(services)}&operation=pg.query%20SELECT&tag=user_id:${user()}&minDuration=10ms&limit=20`,
);
await measure('service, newest 20', () => `/api/hub/search?service=${pick(services)}&limit=20`);
await measure('one tag, any service', () => `/api/hub/search?tag=user_id:${user()}&limit=20`);
await measure('errors, longest 20', () => '/api/hub/search?errors=true&sort=duration&limit=20');
await measure('everything, longest 20', () => '/api/hub/search?sort=duration&limit=20');
await measure('one trace of 10 spans', () => `/api/traces/${pick(traceIds)}`);
// Only now: among the newest it would be part of what the searches above return.
const large = new TraceTemplate({ traceCount: 1, spansPerTrace: 5000, seed: 3 });
const largeId = large.stamp(BigInt(Date.now()) * 1_000_000n);
while (!(await send(large))) await sleep(50);
await drained();
await measure('one trace of 5,000 spans, v1', () => `/api/traces/${largeId}`);
await measure('one trace of 5,000 spans, v3', () => `/api/v3/traces/${largeId}`);
await measure('dependencies', () => '/api/dependencies');
await measure(
  'regex on a tag',
  () =>
    `/api/hub/search?limit=20&filter=${encodeURIComponent(JSON.stringify({ op: 'regex', args: [{ attr: { key: 'url.path' } }, { scalar: { value: `/${user()}$` } }] }))}`,
  10,
);
await measure('text that is nowhere', () => `/api/hub/search?text=nowhere${user()}&limit=20`, 3);
process.stdout.write(`memory ${residentMegabytes(hub).toFixed(0)} MB\n`);
await stopHub(hub);
await rm(directory, { recursive: true });

async function fill(): Promise<void> {
  for (let sent = 0; sent < SPANS;) {
    const template = pick(templates);
    const traceId = template.stamp(BigInt(Date.now()) * 1_000_000n);
    if (await send(template)) {
      sent += template.spanCount;
      traceIds.push(traceId);
    } else await sleep(50);
  }
}

async function send({ bytes }: TraceTemplate): Promise<boolean> {
  const headers = { 'content-type': 'application/x-protobuf' };
  const answer = await fetch(hub.otlpUrl, { method: 'POST', headers, body: Buffer.from(bytes) });
  await answer.arrayBuffer();
  return answer.ok;
}

async function drained(): Promise<void> {
  const queued = async () =>
    ((await (await fetch(`${hub.queryUrl}/api/hub/status`)).json()) as { queueBytes: number }).queueBytes;
  while ((await queued()) > 0) await sleep(20);
}

async function measure(name: string, url: () => string, rounds = ROUNDS): Promise<void> {
  const times: number[] = [];
  let sizeBytes = 0;
  const cpuBefore = cpuSeconds(hub.child.pid);
  for (let round = 0; round < rounds; round++) {
    const startedMs = performance.now();
    const answer = await fetch(hub.queryUrl + url(), { headers: { 'accept-encoding': 'identity' } });
    sizeBytes = (await answer.arrayBuffer()).byteLength;
    times.push(performance.now() - startedMs);
    if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  }
  // What the machine's other work does not change, or not much.
  const cpuMs = ((cpuSeconds(hub.child.pid) - cpuBefore) / rounds) * 1000;
  times.sort((left, right) => left - right);
  const at = (quantile: number) => (times[Math.ceil(quantile * times.length) - 1] ?? 0).toFixed(1).padStart(8);
  process.stdout.write(
    `${name.padEnd(34)}p50${at(0.5)} ms   p95${at(0.95)} ms   hub CPU ${cpuMs.toFixed(1).padStart(6)} ms   ${(sizeBytes / 1024).toFixed(0)} kB\n`,
  );
}
