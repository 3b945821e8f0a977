// What tracing adds to a service under load: CPU per request of examples' Express API, plain and traced with the
// default settings, the two taking turns under the same requests.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, mkdtempSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROUNDS = 8;
const REQUESTS = 1_500;
const CONCURRENCY = 20;
const EXAMPLE = new URL('../../../examples/express-crud/', import.meta.url);
const TICKS_PER_SECOND = 100;

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

/** Milliseconds of CPU that the process and all its threads have used. */
function cpuMs({ child }: Running): number {
  const fields =
    readFileSync(`/proc/${String(child.pid)}/stat`, 'utf8')
      .split(') ')[1]
      ?.split(' ') ?? [];
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND;
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
  for (const side of ['plain', 'traced'] as const) {
    const before = cpuMs(sides[side]);
    await load(sides[side]);
    await new Promise(resolve => setTimeout(resolve, 100));
    if (round > 1) used[side].push(((cpuMs(sides[side]) - before) * 1000) / REQUESTS);
  }
}
agent.destroy();
for (const { child } of Object.values(sides)) child.kill('SIGTERM');
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const [plain, traced] = [mean(used.plain), mean(used.traced)];
process.stdout.write(
  `plain ${plain.toFixed(0)} µs of CPU a request, traced ${traced.toFixed(0)} µs: +${(((traced - plain) / plain) * 100).toFixed(1)} %\n`,
);
