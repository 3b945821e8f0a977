// How many spans a second the hub takes, with the sender on the same cores: node --conditions=@tracelab/source bench/ingest.bench.ts [seconds]
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { cpuSeconds, residentMegabytes, startHub, stopHub } from '../test/hub-process.ts';
import { TraceTemplate } from './trace-template.ts';

const SECONDS = Number(process.argv[2] ?? 60);
const CONNECTIONS = 4;
const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });

const directory = await mkdtemp(join(tmpdir(), 'hub-bench-'));
const hub = await startHub(['--data', directory, '--disk', '4GB'], { nodeArgs: process.argv.slice(3) });
const templates = Array.from(
  { length: 40 },
  (_, seed) => new TraceTemplate({ traceCount: 50, spansPerTrace: 10, seed }),
);

let [sentSpans, refused, round] = [0, 0, 0];
const memory: number[] = [];
const loadBefore = loadLine();
const startedMs = performance.now();
const endMs = startedMs + SECONDS * 1000;
const sampler = setInterval(() => memory.push(residentMegabytes(hub)), 500);
await Promise.all(Array.from({ length: CONNECTIONS }, sendUntilEnd));
const sentMs = performance.now();
const status = await drained();
clearInterval(sampler);
const drainedMs = performance.now();

const spansPerSecond = (sentSpans / (drainedMs - startedMs)) * 1000;
const cpu = cpuSeconds(hub.child.pid);
const own = process.cpuUsage();
const print = (name: string, value: string) => process.stdout.write(`${name.padEnd(34)}${value}\n`);
print('load average before and after', `${loadBefore} / ${loadLine()}`);
print('spans sent and durable', `${sentSpans}, stored ${status.spanCount}, evicted ${status.evictedSpanCount}`);
print('spans a second, until all durable', spansPerSecond.toFixed(0));
print('time to drain after the last', `${(drainedMs - sentMs).toFixed(0)} ms`);
print('requests refused with 503', String(refused));
print('hub CPU a span', `${((cpu / sentSpans) * 1e6).toFixed(1)} µs`);
print('sender CPU a span', `${((own.user + own.system) / sentSpans).toFixed(1)} µs`);
print('memory first/median/last/max', memoryLine());
print('bytes a span on disk', (status.diskBytes / status.spanCount).toFixed(0));
await stopHub(hub);
await rm(directory, { recursive: true });
agent.destroy();

async function sendUntilEnd(): Promise<void> {
  while (performance.now() < endMs) {
    const template = templates[round++ % templates.length] as TraceTemplate;
    template.stamp(BigInt(Date.now()) * 1_000_000n);
    const statusCode = await post(Buffer.from(template.bytes));
    if (statusCode === 200) sentSpans += template.spanCount;
    else refused++;
    if (statusCode === 503) await sleep(50);
  }
}

function post(body: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-protobuf', 'content-length': body.length };
    const outgoing = request(hub.otlpUrl, { method: 'POST', agent, headers }, response => {
      response.resume().on('end', () => {
        resolve(response.statusCode ?? 0);
      });
    });
    outgoing.on('error', reject).end(body);
  });
}

interface Status {
  readonly queueBytes: number;
  readonly spanCount: number;
  readonly diskBytes: number;
  readonly evictedSpanCount: number;
}

async function drained(): Promise<Status> {
  for (;;) {
    const told = (await (await fetch(`${hub.queryUrl}/api/hub/status`)).json()) as Status;
    if (told.queueBytes === 0) return told;
    await sleep(20);
  }
}

function loadLine(): string {
  return loadavg()
    .map(load => load.toFixed(1))
    .join(' ');
}

function memoryLine(): string {
  const sorted = memory.toSorted((left, right) => left - right);
  const shown = [memory[4], sorted[sorted.length >> 1], memory.at(-1), sorted.at(-1)];
  return `${shown.map(value => (value ?? 0).toFixed(0)).join(' / ')} MB`;
}
