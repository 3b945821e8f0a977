// CPU per request at a fixed rate, start-up and memory of unmodified programs: without an agent, with this one, with the stock
// preload, and with two agents of others where they are installed. From dist, as users run it: `pnpm build` first.
//
//     npm install --ignore-scripts --prefix /tmp/tracelab-other-agents dd-trace @sentry/node
//     node --conditions=@tracelab/source bench/overhead.bench.ts [generations] [requests per second] [seconds]
//         [--burst] [--only none,auto-agent,stock]
//
// With --burst the same number of requests comes at once, over 32 connections, and is answered as fast as the program can.
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { OtlpReceiver } from '../../tracing/test/otlp-receiver.ts';
import { fixedRate } from '../../tracing/bench/fixed-rate.ts';
import { cpuMsOf } from '../../tracing/bench/process-cpu.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { burst: { type: 'boolean' }, only: { type: 'string' } },
});
const only = values.only?.split(',');
const [generations = 4, perSecond = 1_000, seconds = 2] = positionals.map(Number);
const ROUNDS = 6;
const load = values.burst === true ? { perSecond: 1e6, seconds: (perSecond * seconds) / 1e6 } : { perSecond, seconds };
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const backend = await new OtlpReceiver().listen();
backend.keepsText = false;
const otlp = {
  OTEL_EXPORTER_OTLP_ENDPOINT: backend.baseUrl,
  OTEL_BSP_SCHEDULE_DELAY: '500',
};
const stock = '@opentelemetry/auto-instrumentations-node/register';
// Beside the workspace: they are large, and nobody but this bench has them.
const others = join(tmpdir(), 'tracelab-other-agents');
const other = (file: string) => pathToFileURL(join(others, 'node_modules', file)).href;
const datadog = {
  DD_TRACE_AGENT_URL: backend.baseUrl,
  DD_SERVICE: 'bench',
  DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false',
  DD_REMOTE_CONFIGURATION_ENABLED: 'false',
  DD_TRACE_STARTUP_LOGS: 'false',
};

interface SetUp {
  readonly name: string;
  readonly preload: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** A package that has to be there. */
  readonly needs?: string;
}
const all: readonly SetUp[] = [
  { name: 'none', preload: [], env: {} },
  { name: 'auto-agent', preload: ['--require', here('../bin/register.cjs')], env: otlp },
  { name: 'stock', preload: ['--import', stock], env: otlp },
  { name: 'dd-trace', preload: ['--import', other('dd-trace/initialize.mjs')], env: datadog, needs: 'dd-trace' },
  {
    name: 'Sentry',
    preload: ['--import', pathToFileURL(here('fixtures/sentry.mjs')).href],
    env: { SENTRY_PACKAGE: other('@sentry/node/build/esm/index.js'), SENTRY_DSN: dsnOf(backend.port) },
    needs: '@sentry/node',
  },
];
const isInstalled = ({ needs }: SetUp) => needs === undefined || existsSync(join(others, 'node_modules', needs));
for (const setUp of all) if (!isInstalled(setUp)) process.stdout.write(`${setUp.name}: not installed\n`);
const setUps = all.filter(isInstalled).filter(({ name }) => only?.includes(name) !== false);
const programs = { fastify: here('../test/fixtures/fastify-app.mjs'), nest: here('fixtures/nest-app.mjs') };

interface Running {
  readonly name: string;
  readonly url: string;
  readonly process: ChildProcess;
}

interface Measured {
  readonly cpuUs: number[];
  spans: number;
  rssMb: number;
}

function dsnOf(port: number): string {
  return `http://key@127.0.0.1:${port}/1`;
}

const optionsOf = ({ env }: SetUp) => ({ cwd: here('..'), env: { PATH: process.env['PATH'], ...env } });

async function start(setUp: SetUp, program: string): Promise<Running> {
  const { cwd, env } = optionsOf(setUp);
  const child = spawn(process.execPath, [...setUp.preload, program], {
    cwd,
    env: { ...env, OTEL_SERVICE_NAME: setUp.name },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>(resolve =>
    child.stdout.once('data', chunk => {
      resolve(String(chunk).trim());
    }),
  );
  await fixedRate(url, '/users/1/posts/2', { perSecond: 3_000, seconds: 6 });
  return { name: setUp.name, url, process: child };
}

function rssMbOf({ pid = 0 }: ChildProcess): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1e3;
}

// All at the same time: what the machine's other work costs, which changes from second to second, all of them pay.
async function measure(running: readonly Running[], measured: ReadonlyMap<string, Measured>): Promise<void> {
  backend.spans.length = 0;
  const before = running.map(({ process }) => cpuMsOf(process.pid));
  const requests = await Promise.all(running.map(({ url }) => fixedRate(url, '/users/1/posts/2', load)));
  await new Promise(resolve => setTimeout(resolve, 800));
  for (const [n, one] of running.entries()) {
    const sent = requests[n] ?? NaN;
    const of = measured.get(one.name);
    if (of === undefined) continue;
    of.cpuUs.push(((cpuMsOf(one.process.pid) - (before[n] ?? NaN)) * 1e3) / sent);
    of.spans = backend.spans.filter(({ service }) => service === one.name).length / sent;
    of.rssMb = rssMbOf(one.process);
  }
}

function childrenCpuMs(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[13]) + Number(fields[14])) * 10;
}

function startUpCpuMs(setUp: SetUp): number {
  const at = childrenCpuMs();
  const times = 5;
  for (let n = 0; n < times; n++)
    spawnSync(process.execPath, [...setUp.preload, '-e', 'process.exit(0)'], optionsOf(setUp));
  return (childrenCpuMs() - at) / times;
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
const print = (row: readonly (number | string)[]) => process.stdout.write(`| ${row.join(' | ')} |\n`);
const least = (values: readonly number[]) => Math.min(...values);
const loads = () => `load average ${loadavg()[0]?.toFixed(1) ?? ''}`;

process.stdout.write(`${loads()}\n`);
print(['program', 'set-up', 'median µs', 'added', 'of stock', 'spans', 'RSS MB']);
print(['---', '---', '---:', '---:', '---:', '---:', '---:']);
for (const [name, program] of Object.entries(programs)) {
  const measured = new Map(
    setUps.map((setUp): [string, Measured] => [setUp.name, { cpuUs: [], spans: NaN, rssMb: NaN }]),
  );
  // What the compiler makes of the same code differs by several microseconds a request from process to process.
  for (let generation = 0; generation < generations; generation++) {
    const running = await Promise.all(setUps.map(setUp => start(setUp, program)));
    for (let round = 0; round < ROUNDS; round++) {
      // Whoever is asked first finds a machine at rest; each is as often.
      const first = round % running.length;
      await measure([...running.slice(first), ...running.slice(0, first)], measured);
    }
    for (const { process } of running) process.kill('SIGKILL');
  }
  const cpuUsOf = (setUp: string) => measured.get(setUp)?.cpuUs ?? [];
  const addedBy = (setUp: string) => cpuUsOf(setUp).map((us, round) => us - (cpuUsOf('none')[round] ?? NaN));
  for (const [setUp, { cpuUs, spans, rssMb }] of measured) {
    const added = addedBy(setUp);
    const ofStock = addedBy('stock').map((us, round) => (100 * (added[round] ?? NaN)) / us);
    // Of the rounds' own differences: in each round all had the same machine.
    const figures = setUp === 'none' ? ['', ''] : [median(added).toFixed(1), `${median(ofStock).toFixed(0)} %`];
    print([name, setUp, median(cpuUs).toFixed(1), ...figures, spans.toFixed(2), rssMb.toFixed(0)]);
  }
}

const startUps = new Map<string, number[]>(setUps.map(({ name }) => [name, []]));
for (let round = 0; round < 5; round++) for (const setUp of setUps) startUps.get(setUp.name)?.push(startUpCpuMs(setUp));
print([
  'start-up, CPU ms',
  ...[...startUps].map(([name, values]) => `${name} ${median(values).toFixed(0)}, least ${least(values).toFixed(0)}`),
]);
process.stdout.write(`${loads()}\n`);
await backend.close();
