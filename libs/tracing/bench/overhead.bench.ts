// CPU of the server process per request at a fixed rate: no tracing, this library at each level, the stock register.
//
//     node --conditions=@tracelab/source bench/overhead.bench.ts [rounds] [requests per second] [seconds] [--only none,route,stock]
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { OtlpReceiver } from '../test/otlp-receiver.ts';
import { fixedRate } from './fixed-rate.ts';
import { ServerUnderTest } from './server-under-test.ts';
import type { Variant } from './server-under-test.ts';

const { positionals, values } = parseArgs({ allowPositionals: true, options: { only: { type: 'string' } } });
const [rounds = 15, perSecond = 4_000, seconds = 1] = positionals.map(Number);

const backend = await new OtlpReceiver().listen();
backend.keepsText = false;
// Sent soon, so that the cost of a slice's spans falls into the slice, with everybody.
const otlp = { OTEL_EXPORTER_OTLP_ENDPOINT: backend.baseUrl, SERVICE_NAME: 'hello', OTEL_BSP_SCHEDULE_DELAY: '300' };
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
  readonly measured: Measured[];
}

async function start(variant: Variant): Promise<Running> {
  const server = await ServerUnderTest.start(variant);
  // Until the compiler has seen enough: the first thousands of requests cost twice as much.
  await fixedRate(server.url, '/hello/1', { perSecond, seconds: 6 });
  return { name: variant.name, server, measured: [] };
}

async function measure({ server, measured }: Running): Promise<void> {
  backend.spans.length = 0;
  const before = await server.usage();
  const requests = await fixedRate(server.url, '/hello/1', { perSecond, seconds });
  // What the load leaves in the queue is exported after it, by batch size mostly, and its cost belongs to the load.
  await new Promise(resolve => setTimeout(resolve, 600));
  const after = await server.usage();
  measured.push({
    cpuUs: (after.cpuUs - before.cpuUs) / requests,
    spans: backend.spans.length / requests,
    rssMb: after.rssBytes / 1e6,
  });
}

const running: Running[] = [];
const wanted = values.only?.split(',') ?? variants.map(({ name }) => name);
for (const variant of variants.filter(({ name }) => wanted.includes(name))) running.push(await start(variant));
for (let round = 1; round <= rounds; round++) {
  // Each set-up has every neighbour before it as often.
  for (const one of round % 2 === 0 ? running.toReversed() : running) await measure(one);
  const figures = running.map(({ name, measured }) => `${name} ${measured.at(-1)?.cpuUs.toFixed(1) ?? ''}`);
  process.stderr.write(`round ${round}: ${figures.join(', ')}\n`);
}
for (const { server } of running) await server.stop();
await backend.close();

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
const of = (name: string, key: keyof Measured) =>
  running.find(one => one.name === name)?.measured.map(measured => measured[key]) ?? [];
// What the machine's other work adds is never negative, so the least of many short slices is nearest to the cost itself.
const least = (name: string) => Math.min(...of(name, 'cpuUs'));
const base = median(of('none', 'cpuUs'));
const stockAdded = median(of('stock', 'cpuUs')) - base;
const rows = running.map(({ name }) => {
  const cpu = of(name, 'cpuUs');
  const added = median(cpu) - base;
  return [
    name,
    median(cpu).toFixed(1),
    name === 'none' ? '' : added.toFixed(1),
    name === 'none' ? '' : `${((100 * added) / stockAdded).toFixed(0)} %`,
    least(name).toFixed(1),
    name === 'none' ? '' : (least(name) - least('none')).toFixed(1),
    name === 'none' ? '' : `${((100 * (least(name) - least('none'))) / (least('stock') - least('none'))).toFixed(0)} %`,
    median(of(name, 'spans')).toFixed(1),
    median(of(name, 'rssMb')).toFixed(0),
  ];
});
const head = [
  'set-up',
  'median, µs',
  'added',
  'of stock',
  'least, µs',
  'added',
  'of stock',
  'spans per request',
  'RSS, MB',
];
const table = [head, head.map((_, i) => (i === 0 ? '---' : '---:')), ...rows];
process.stdout.write(
  `load average ${loadavg()
    .map(load => load.toFixed(1))
    .join(', ')}\n\n`,
);
process.stdout.write(`${table.map(row => `| ${row.join(' | ')} |`).join('\n')}\n`);
