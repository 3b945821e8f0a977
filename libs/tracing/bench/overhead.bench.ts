// CPU of the server process per request at a fixed rate: no tracing, this library at each level, the stock register. All
// serve at the same time: what the machine's other work costs, which changes from second to second, all of them pay.
//
//     node --conditions=@tracelab/source bench/overhead.bench.ts [generations] [requests per second] [seconds] [--only none,route,stock]
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { OtlpReceiver } from '../test/otlp-receiver.ts';
import { fixedRate } from './fixed-rate.ts';
import { ServerUnderTest } from './server-under-test.ts';
import type { Variant } from './server-under-test.ts';

const { positionals, values } = parseArgs({ allowPositionals: true, options: { only: { type: 'string' } } });
const [generations = 6, perSecond = 1_000, seconds = 2] = positionals.map(Number);
const ROUNDS = 6;
// A service runs for weeks. The first thousands of requests cost twice as much, and sending a batch of spans, which comes a few
// times a second, costs thrice as much until it has been done some hundred times.
const WARM_UP_REQUESTS = 100_000;
const WARM_UP_PER_SECOND = 12_000;

const backend = await new OtlpReceiver().listen();
backend.keepsText = false;
const otlp = { OTEL_EXPORTER_OTLP_ENDPOINT: backend.baseUrl };
const ours = '@tracelab/tracing/register';
const stock = '@opentelemetry/auto-instrumentations-node/register';
const variants: readonly Variant[] = [
  { name: 'none' },
  { name: 'route', preload: ours, env: { ...otlp, TRACING_DETAIL: 'route' } },
  { name: 'pipeline', preload: ours, env: { ...otlp, TRACING_DETAIL: 'pipeline' } },
  { name: 'full', preload: ours, env: { ...otlp, TRACING_DETAIL: 'full' } },
  { name: 'stock', preload: stock, env: otlp },
  // In its favour: the cheaper wire format and no metrics, which ours has.
  {
    name: 'stock, JSON, traces only',
    preload: stock,
    env: {
      ...otlp,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
    },
  },
];

interface Measured {
  readonly cpuUs: number;
  readonly spans: number;
  readonly rssMb: number;
}

interface Running {
  readonly name: string;
  readonly server: ServerUnderTest;
}

const wanted = values.only?.split(',') ?? variants.map(({ name }) => name);
const chosen = variants.filter(({ name }) => wanted.includes(name));
const warmUpRate = WARM_UP_PER_SECOND / chosen.length;

async function start(variant: Variant): Promise<Running> {
  const { name, env } = variant;
  const server = await ServerUnderTest.start({ ...variant, env: { ...env, OTEL_SERVICE_NAME: name } });
  await fixedRate(server.url, '/hello/1', { perSecond: warmUpRate, seconds: WARM_UP_REQUESTS / warmUpRate });
  return { name, server };
}

async function measure(running: readonly Running[]): Promise<void> {
  backend.spans.length = 0;
  const before = await Promise.all(running.map(({ server }) => server.usage()));
  const requests = await Promise.all(
    running.map(({ server }) => fixedRate(server.url, '/hello/1', { perSecond, seconds })),
  );
  // Sends what the load has left to be sent, too.
  const after = await Promise.all(running.map(({ server }) => server.usage()));
  for (const [n, { name }] of running.entries()) {
    const sent = requests[n] ?? NaN;
    const { cpuUs = NaN, rssBytes = NaN } = after[n] ?? {};
    measuredOf(name).push({
      cpuUs: (cpuUs - (before[n]?.cpuUs ?? NaN)) / sent,
      spans: backend.spans.filter(({ service }) => service === name).length / sent,
      rssMb: rssBytes / 1e6,
    });
  }
}

const measured = new Map(chosen.map(({ name }): [string, Measured[]] => [name, []]));
const measuredOf = (name: string) => measured.get(name) ?? [];
// What the compiler makes of the same code differs by several microseconds a request from process to process.
for (let generation = 1; generation <= generations; generation++) {
  const running = await Promise.all(chosen.map(start));
  for (let round = 0; round < ROUNDS; round++) {
    // Whoever is asked first finds a machine at rest; each is as often.
    const first = round % running.length;
    await measure([...running.slice(first), ...running.slice(0, first)]);
  }
  for (const { server } of running) await server.stop();
  const figures = chosen.map(({ name }) => {
    const latest = measuredOf(name).slice(-ROUNDS);
    return `${name} ${median(latest.map(({ cpuUs }) => cpuUs)).toFixed(1)}`;
  });
  process.stderr.write(`generation ${generation}: ${figures.join(', ')}\n`);
}
await backend.close();

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
const of = (name: string, key: keyof Measured) => measuredOf(name).map(one => one[key]);
const base = of('none', 'cpuUs');
const addedBy = (name: string) => of(name, 'cpuUs').map((cpuUs, round) => cpuUs - (base[round] ?? NaN));
const stockAdded = addedBy('stock');
const rows = chosen.map(({ name }) => {
  const added = addedBy(name);
  const ofStock = added.map((us, round) => (100 * us) / (stockAdded[round] ?? NaN));
  return [
    name,
    median(of(name, 'cpuUs')).toFixed(1),
    // Of the rounds' own differences: in each round both sides had the same machine.
    ...(name === 'none' ? ['', ''] : [median(added).toFixed(1), `${median(ofStock).toFixed(0)} %`]),
    median(of(name, 'spans')).toFixed(1),
    median(of(name, 'rssMb')).toFixed(0),
  ];
});
const head = ['set-up', 'median, µs', 'added', 'of stock', 'spans per request', 'RSS, MB'];
const table = [head, head.map((_, i) => (i === 0 ? '---' : '---:')), ...rows];
process.stdout.write(
  `load average ${loadavg()
    .map(load => load.toFixed(1))
    .join(', ')}\n\n`,
);
process.stdout.write(`${table.map(row => `| ${row.join(' | ')} |`).join('\n')}\n`);
