// What tracing adds to the full flow with every span exported: CPU, user and system, of the four services, traced and not, in turns.
// Both shops are alive at once on one Postgres; nothing waits and nothing fails by chance. Linux only: it reads /proc.
//
//     node --conditions=@tracelab/source bench/traced-flow.bench.ts [slices] [flows in each]
import { readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalPostgres } from '@tracelab/local-servers';
import { Shop, temporaryFolder } from '@tracelab/test-stack';

const [slices = 20, flows = 150] = process.argv.slice(2).map(Number);
const atOnce = 4;
const EXPORT_DELAY_MS = 200;
// The unit of /proc/<pid>/stat on every Linux that Node runs on.
const TICK_MS = 10;

interface Side {
  readonly name: string;
  readonly shop: Shop;
  /** Milliseconds of CPU per flow, for each slice. */
  readonly cpuMs: number[];
}

const servicesOf = ({ gateway, user, order, payment }: Shop) => [gateway, user, order, payment];

function cpuMsOf(pid: number | undefined): number {
  // After the name, which may hold spaces: fields 14 and 15 of the line are user and system time.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

const cpuOf = ({ shop }: Side) => servicesOf(shop).map(({ pid }) => cpuMsOf(pid));

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

async function measure(side: Side): Promise<void> {
  const before = cpuOf(side);
  await run(side, flows);
  // What is still in the queues is sent after the load, and its cost belongs to it.
  await sleep(EXPORT_DELAY_MS + 300);
  const used = cpuOf(side).map((ms, i) => ms - (before[i] ?? NaN));
  side.cpuMs.push(used.reduce((sum, ms) => sum + ms, 0) / flows);
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
    // Each goes first half of the time.
    for (const side of slice % 2 === 0 ? sides : sides.toReversed()) await measure(side);
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
const added = median(traced) / median(untraced) - 1;
const ratios = traced.map((ms, i) => ms / (untraced[i] ?? NaN) - 1);
const percent = (ratio: number) => `${(100 * ratio).toFixed(0)} %`;
process.stdout.write(
  [
    `load average ${loadavg()[0]?.toFixed(1) ?? ''}; ${slices} slices of ${flows} flows each`,
    `untraced   ${median(untraced).toFixed(2)} ms of CPU per flow (least ${Math.min(...untraced).toFixed(2)})`,
    `traced     ${median(traced).toFixed(2)} ms (least ${Math.min(...traced).toFixed(2)})`,
    `added      ${percent(added)} by medians, ${percent(median(ratios))} by pairs, ${percent(Math.min(...traced) / Math.min(...untraced) - 1)} by the least`,
    `exported   ${(receivedBytes / slices / flows / 1024).toFixed(1)} KiB per flow\n`,
  ].join('\n'),
);
