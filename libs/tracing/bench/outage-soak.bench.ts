// Load against a backend that is away, in each of its bad ways, then back: latency, memory, what was lost. A second server whose backend
// is well gets the same load at the same time, so that what the machine does to latency shows in both, and what the outage does in one.
//
//     node --conditions=@tracelab/source bench/outage-soak.bench.ts [seconds for each way] [requests per second] [--only silent,absent]
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { OtlpReceiver } from '../test/otlp-receiver.ts';
import type { Behaviour } from '../test/otlp-receiver.ts';
import { fixedRate } from './fixed-rate.ts';
import { ServerUnderTest } from './server-under-test.ts';

const { positionals, values } = parseArgs({ allowPositionals: true, options: { only: { type: 'string' } } });
const [seconds = 15, perSecond = 1_000] = positionals.map(Number);
const wanted = values.only?.split(',');
const backend = await new OtlpReceiver().listen();
const well = await new OtlpReceiver().listen();
for (const receiver of [backend, well]) receiver.keepsText = false;
const start = ({ baseUrl }: OtlpReceiver) =>
  ServerUnderTest.start({
    name: 'ours',
    preload: '@tracelab/tracing/register',
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: baseUrl, SERVICE_NAME: 'hello' },
  });
const server = await start(backend);
const control = await start(well);

interface Measured {
  readonly p50: number;
  readonly p99: number;
  readonly cpuUs: number;
  readonly rssMb: number;
}

async function measure(one: ServerUnderTest): Promise<Measured> {
  const latencies: number[] = [];
  const before = await one.usage();
  // A request that fails, or is answered with anything but 200, ends the benchmark here.
  const requests = await fixedRate(one.url, '/hello/1', { perSecond, seconds, latencies });
  const { cpuUs, rssBytes } = await one.usage();
  latencies.sort((a, b) => a - b);
  const at = (quantile: number) => latencies[Math.floor(quantile * (latencies.length - 1))] ?? NaN;
  return { p50: at(0.5), p99: at(0.99), cpuUs: (cpuUs - before.cpuUs) / requests, rssMb: rssBytes / 1e6 };
}

// Two equal servers differ by this much when a neighbour takes a core from one of them.
const isSlower = (ms: number, controlMs: number) => ms > 1.5 * controlMs + 2;

const rows: string[][] = [];
async function underLoad(name: string, behaviour: Behaviour): Promise<void> {
  if (wanted?.includes(name) === false) return;
  backend.behaviour = behaviour;
  backend.spans.length = 0;
  well.spans.length = 0;
  const [ours, theirs] = await Promise.all([measure(server), measure(control)]);
  const verdict = isSlower(ours.p50, theirs.p50) ? 'median' : isSlower(ours.p99, theirs.p99) ? 'p99 only' : 'no';
  const pair = (key: keyof Measured, digits: number) => `${ours[key].toFixed(digits)} / ${theirs[key].toFixed(digits)}`;
  rows.push([
    name,
    pair('p50', 1),
    pair('p99', 1),
    verdict,
    pair('cpuUs', 0),
    pair('rssMb', 0),
    String(backend.spans.length),
    (loadavg()[0] ?? NaN).toFixed(1),
  ]);
  process.stderr.write(`${rows.at(-1)?.join('  ') ?? ''}\n`);
}

// For the compilers of both.
for (const one of [server, control]) await fixedRate(one.url, '/hello/1', { perSecond, seconds: 5 });
await underLoad('takes', 'takes');
await underLoad('silent', 'silent');
await underLoad('500', { status: 500 });
await underLoad('429', { status: 429 });
const { port } = backend;
await backend.close();
await underLoad('absent', 'takes');
await backend.listen(port);
await underLoad('back', 'takes');
await server.stop();
await control.stop();
await backend.close();
await well.close();

const head = [
  'backend',
  'p50, ms / well',
  'p99, ms / well',
  'slower',
  'CPU per request, µs',
  'RSS, MB',
  'arrived',
  'load',
];
const table = [head, head.map((_, i) => (i === 0 ? '---' : '---:')), ...rows];
process.stdout.write(`${perSecond * seconds} requests to each in each state, every one answered with 200\n\n`);
process.stdout.write(`${table.map(row => `| ${row.join(' | ')} |`).join('\n')}\n`);
