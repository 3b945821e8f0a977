// What tracing adds to the full flow with every span exported: CPU, user and system, of the four services, traced and not.
// Both shops work at the same time on one Postgres, so that what the machine's other work costs falls to both; nothing waits
// and nothing fails by chance. Linux only: it reads /proc.
//
//     node --conditions=@tracelab/source bench/traced-flow.bench.ts [slices] [flows in each]
import { rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalPostgres } from '@tracelab/local-servers';
import { Shop, temporaryFolder } from '@tracelab/test-stack';
import { cpuMsOf } from '../../../libs/tracing/bench/process-cpu.ts';

const [slices = 20, flows = 150] = process.argv.slice(2).map(Number);
const atOnce = 4;
const EXPORT_DELAY_MS = 200;

interface Side {
  readonly name: string;
  readonly shop: Shop;
  /** Milliseconds of CPU per flow, for each slice. */
  readonly cpuMs: number[];
}

const servicesOf = ({ gateway, user, order, payment }: Shop) => [gateway, user, order, payment];

const cpuMs = ({ shop }: Side) => servicesOf(shop).reduce((sum, { pid }) => sum + cpuMsOf(pid), 0);

async function run({ shop }: Side, count: number): Promise<void> {
  let left = count;
  const worker = async () => {
    while (left-- > 0) {
      const response = await fetch(`${shop.gateway.url}/demo/full-flow/${1 + (left % 3)}`);
      await response.arrayBuffer();
      if (response.status !== 200) throw new Error(`a flow was answered with ${response.status}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

async function measure(sides: readonly Side[]): Promise<void> {
  const before = sides.map(cpuMs);
  await Promise.all(sides.map(side => run(side, flows)));
  // What is still in the queues is sent after the load, and its cost belongs to it.
  await sleep(EXPORT_DELAY_MS + 300);
  for (const [n, side] of sides.entries()) side.cpuMs.push((cpuMs(side) - (before[n] ?? NaN)) / flows);
}

let receivedBytes = 0;
const backend = createServer((request, response) => {
  request.on('data', (chunk: Buffer) => (receivedBytes += chunk.length));
  request.on('end', () => response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end());
});
await new Promise<void>(resolve => backend.listen(0, '127.0.0.1', resolve));
const endpoint = `http://127.0.0.1:${(backend.address() as AddressInfo).port}`;
const folder = temporaryFolder('bench');
const postgres = await LocalPostgres.start({ directory: `${folder}/data`, isDurable: false });

async function start(name: string, isTraced: boolean): Promise<Side> {
  const shop = await Shop.start({
    isTraced,
    postgres: database => postgres.url(`${database}_${name}`),
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_BSP_SCHEDULE_DELAY: String(EXPORT_DELAY_MS) },
  });
  return { name, shop, cpuMs: [] };
}

// An ordinary end takes the shops and Postgres along; a signal's own would leave them.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
const sides: Side[] = [];
try {
  sides.push(await start('untraced', false), await start('traced', true));
  // For the compilers of eight processes: after 800 flows one costs half as much again as after 5,000.
  for (const side of sides) await run(side, 2_500);
  receivedBytes = 0;
  for (let slice = 0; slice < slices; slice++) {
    await measure(sides);
    process.stderr.write(`${sides.map(({ name, cpuMs }) => `${name} ${cpuMs.at(-1)?.toFixed(2) ?? ''}`).join(', ')}\n`);
  }
} finally {
  for (const { shop } of sides) await shop.stop();
  await postgres.stop();
  backend.close();
  rmSync(folder, { recursive: true, force: true });
}

const [untraced = [], traced = []] = sides.map(({ cpuMs }) => cpuMs);
const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
const ratios = traced.map((ms, i) => ms / (untraced[i] ?? NaN) - 1);
const percent = (ratio: number) => `${(100 * ratio).toFixed(0)} %`;
process.stdout.write(
  [
    `load average ${loadavg()[0]?.toFixed(1) ?? ''}; ${slices} slices of ${flows} flows each`,
    `untraced   ${median(untraced).toFixed(2)} ms of CPU per flow`,
    `traced     ${median(traced).toFixed(2)} ms`,
    `added      ${percent(median(ratios))}, the median of the slices' own ratios`,
    `exported   ${(receivedBytes / slices / flows / 1024).toFixed(1)} KiB per flow\n`,
  ].join('\n'),
);
