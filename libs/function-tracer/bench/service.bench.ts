// What tracing adds to a service under load: CPU per request of examples' Express API, plain and traced with the
// default settings, both under the same requests at the same time, so that neither rests while the other works.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROUNDS = 22;
const WARM_UP_ROUNDS = 10;
const REQUESTS = 2_000;
const CONCURRENCY = 20;
const EXAMPLE = new URL('../../../examples/express-crud/', import.meta.url);

interface Running {
  readonly child: ChildProcess;
  readonly port: number;
}

async function start(isTraced: boolean): Promise<Running> {
  const entry = isTraced ? '@tracelab/function-tracer/register' : 'data:text/javascript,';
  const child = spawn(process.execPath, ['--conditions=@tracelab/source', '--import', entry, 'src/main.ts'], {
    cwd: fileURLToPath(EXAMPLE),
    env: { ...process.env, PORT: '0', FLOWTRACE_LOGFILE: join(mkdtempSync(join(tmpdir(), 'service-')), 'flow.jsonl') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, port: Number(/(\d+)\s*$/.exec(line.toString().trim())?.[1]) };
}

/** Milliseconds of CPU that all threads of the process have used; the process's own figure counts in steps of ten. */
function cpuMs({ child }: Running): number {
  const tasks = `/proc/${String(child.pid)}/task`;
  const used = readdirSync(tasks).map(task => readFileSync(join(tasks, task, 'schedstat'), 'utf8').split(' ', 1)[0]);
  return used.reduce((sum, ns) => sum + Number(ns), 0) / 1e6;
}

const agent = new http.Agent({ keepAlive: true, maxSockets: CONCURRENCY });

function ask({ port }: Running, body?: string): Promise<void> {
  const path = body === undefined ? '/products/1' : '/products';
  const method = body === undefined ? 'GET' : 'POST';
  return new Promise((resolve, reject) => {
    const request = http.request(
      { port, path, agent, method, headers: { 'content-type': 'application/json' } },
      response => {
        response.resume().on('end', resolve);
      },
    );
    request.on('error', reject).end(body);
  });
}

async function load(service: Running): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next++ < REQUESTS) await ask(service);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
}

const sides = { plain: await start(false), traced: await start(true) };
for (const side of Object.values(sides)) await ask(side, '{"name":"book","priceCents":900}');
const used: Record<'plain' | 'traced', number[]> = { plain: [], traced: [] };
for (let round = 0; round < ROUNDS; round++) {
  const before = { plain: cpuMs(sides.plain), traced: cpuMs(sides.traced) };
  await Promise.all([load(sides.plain), load(sides.traced)]);
  for (const side of ['plain', 'traced'] as const) {
    const perRequest = ((cpuMs(sides[side]) - before[side]) * 1000) / REQUESTS;
    if (round >= WARM_UP_ROUNDS) used[side].push(perRequest);
  }
}
agent.destroy();
for (const { child } of Object.values(sides)) child.kill('SIGTERM');
const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const [plain, traced] = [median(used.plain), median(used.traced)];
process.stdout.write(
  `plain ${plain.toFixed(0)} µs of CPU a request, traced ${traced.toFixed(0)} µs: +${(((traced - plain) / plain) * 100).toFixed(1)} %\n`,
);
