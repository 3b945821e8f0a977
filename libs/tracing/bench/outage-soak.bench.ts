// A minute of load against a backend that is away, in each of its bad ways, then back: latency, memory, what was lost.
//
//     node --conditions=@tracelab/source bench/outage-soak.bench.ts [seconds for each way] [requests per second]
import { OtlpReceiver } from '../test/otlp-receiver.ts';
import type { Behaviour } from '../test/otlp-receiver.ts';
import { fixedRate } from './fixed-rate.ts';
import { ServerUnderTest } from './server-under-test.ts';

const [seconds = 15, perSecond = 1_000] = process.argv.slice(2).map(Number);
const backend = await new OtlpReceiver().listen();
backend.keepsText = false;
const server = await ServerUnderTest.start({
  name: 'ours',
  preload: '@tracelab/tracing/register',
  env: { OTEL_EXPORTER_OTLP_ENDPOINT: backend.baseUrl, SERVICE_NAME: 'hello' },
});
await fixedRate(server.url, '/hello/1', { perSecond, seconds: 5 });

const rows: string[][] = [];
async function underLoad(name: string, behaviour: Behaviour): Promise<void> {
  backend.behaviour = behaviour;
  backend.spans.length = 0;
  const latencies: number[] = [];
  const before = await server.usage();
  const requests = await fixedRate(server.url, '/hello/1', { perSecond, seconds, latencies });
  const { cpuUs, rssBytes } = await server.usage();
  latencies.sort((a, b) => a - b);
  const at = (quantile: number) => (latencies[Math.floor(quantile * (latencies.length - 1))] ?? NaN).toFixed(1);
  rows.push([
    name,
    String(requests),
    at(0.5),
    at(0.99),
    ((cpuUs - before.cpuUs) / requests).toFixed(0),
    (rssBytes / 1e6).toFixed(0),
    String(backend.spans.length),
  ]);
  process.stderr.write(`${rows.at(-1)?.join(' ') ?? ''}\n`);
}

await underLoad('takes', 'takes');
await underLoad('silent', 'silent');
await underLoad('answers 500', { status: 500 });
await underLoad('answers 429', { status: 429 });
const { port } = backend;
await backend.close();
const closed = underLoad('absent', 'takes');
await closed;
await backend.listen(port);
await underLoad('back', 'takes');
await server.stop();
await backend.close();

const head = ['backend', 'requests', 'p50, ms', 'p99, ms', 'CPU per request, µs', 'RSS, MB', 'spans arrived'];
const table = [head, head.map((_, i) => (i === 0 ? '---' : '---:')), ...rows];
process.stdout.write(`${table.map(row => `| ${row.join(' | ')} |`).join('\n')}\n`);
