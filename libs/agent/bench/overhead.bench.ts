// CPU per request at a fixed rate, start-up and memory of unmodified programs: without an agent, with this one, with the stock
// preload. From dist, as users run it: `pnpm build` first.
//
//     node --conditions=@tracelab/source bench/overhead.bench.ts [rounds] [requests per second] [seconds]
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { OtlpReceiver } from '../../tracing/test/otlp-receiver.ts';
import { fixedRate } from '../../tracing/bench/fixed-rate.ts';

const { positionals } = parseArgs({ allowPositionals: true });
const [rounds = 7, perSecond = 2_000, seconds = 1] = positionals.map(Number);
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const backend = await new OtlpReceiver().listen();
backend.keepsText = false;
const otlp = { OTEL_EXPORTER_OTLP_ENDPOINT: backend.baseUrl, OTEL_SERVICE_NAME: 'bench' };
const stock = '@opentelemetry/auto-instrumentations-node/register';

interface SetUp {
  readonly name: string;
  readonly preload: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}
const setUps: readonly SetUp[] = [
  { name: 'none', preload: [], env: {} },
  { name: 'auto-agent', preload: ['--require', here('../bin/register.cjs')], env: otlp },
  { name: 'stock', preload: ['--import', stock], env: otlp },
];
const programs = { fastify: here('../test/fixtures/fastify-app.mjs'), nest: here('fixtures/nest-app.mjs') };

interface Running {
  readonly name: string;
  readonly url: string;
  readonly process: ChildProcess;
  readonly cpuUs: number[];
}

const optionsOf = ({ env }: SetUp) => ({ cwd: here('..'), env: { PATH: process.env['PATH'], ...env } });

async function start(setUp: SetUp, program: string): Promise<Running> {
  const child = spawn(process.execPath, [...setUp.preload, program], {
    ...optionsOf(setUp),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>(resolve =>
    child.stdout.once('data', chunk => {
      resolve(String(chunk).trim());
    }),
  );
  await fixedRate(url, '/users/1/posts/2', { perSecond, seconds: 3 });
  return { name: setUp.name, url, process: child, cpuUs: [] };
}

// In clock ticks of 10 ms, user and system: the program itself is not asked and so not changed.
function cpuUsOf({ pid = 0 }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

function rssMbOf({ pid = 0 }: ChildProcess): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1e3;
}

async function measure(running: Running): Promise<void> {
  const before = cpuUsOf(running.process);
  const requests = await fixedRate(running.url, '/users/1/posts/2', { perSecond, seconds });
  await new Promise(resolve => setTimeout(resolve, 1_100));
  running.cpuUs.push((cpuUsOf(running.process) - before) / requests);
}

function startUpCpuMs(setUp: SetUp): number {
  const children = () => {
    const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[13]) + Number(fields[14])) * 10;
  };
  const at = children();
  for (let n = 0; n < 5; n++)
    spawnSync(process.execPath, [...setUp.preload, '-e', '0'], {
      ...optionsOf(setUp),
      env: { ...optionsOf(setUp).env, OTEL_TRACES_EXPORTER: 'none' },
    });
  return (children() - at) / 5;
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
const print = (row: readonly (number | string)[]) => process.stdout.write(`| ${row.join(' | ')} |\n`);

print(['program', 'set-up', 'median µs', 'added', 'of stock', 'RSS MB']);
print(['---', '---', '---:', '---:', '---:', '---:']);
for (const [name, program] of Object.entries(programs)) {
  const running: Running[] = [];
  for (const setUp of setUps) running.push(await start(setUp, program));
  for (let round = 0; round < rounds; round++) for (const one of running) await measure(one);
  const base = median(running[0]?.cpuUs ?? []);
  const stockAdded = median(running[2]?.cpuUs ?? []) - base;
  for (const { name: setUp, cpuUs, process: child } of running) {
    const added = median(cpuUs) - base;
    const share = `${((100 * added) / stockAdded).toFixed(0)} %`;
    print([name, setUp, median(cpuUs).toFixed(1), added.toFixed(1), share, rssMbOf(child).toFixed(0)]);
    child.kill('SIGKILL');
  }
}

const startUps = new Map<string, number[]>(setUps.map(({ name }) => [name, []]));
for (let round = 0; round < 3; round++) for (const setUp of setUps) startUps.get(setUp.name)?.push(startUpCpuMs(setUp));
print(['start-up, CPU ms', ...[...startUps].map(([name, values]) => `${name} ${median(values).toFixed(0)}`)]);
await backend.close();
