// Requests per second of perf-tracer, and 10,000 traces that run at the same time, from 200 clients: none may be lost.
// node --conditions=@tracelab/source services/perf-tracer/bench/perf-tracer.bench.ts [traces] [clients]
import { readFileSync } from 'node:fs';
import { rmSync } from 'node:fs';
import { cpus } from 'node:os';
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { LocalPostgres } from '@tracelab/local-servers';
import { ServiceProcess, temporaryFolder } from '@tracelab/test-stack';

const [traces = 10_000, clients = 200] = process.argv.slice(2).map(Number);

interface Answer {
  readonly status: number;
  readonly body: string;
}

class Load {
  readonly #service: ServiceProcess;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: clients });
  readonly failures = new Map<string, number>();

  constructor(service: ServiceProcess) {
    this.#service = service;
  }

  /** Sends one request for each trace; each client sends its next when the last was answered. */
  async phase(name: string, ask: (trace: number) => { path: string; body: object }): Promise<string> {
    const before = this.#cpuSeconds();
    const startedAt = performance.now();
    let next = 0;
    const client = async () => {
      for (let trace = next++; trace < traces; trace = next++) {
        const { path, body } = ask(trace);
        const { status, body: answer } = await this.#post(path, body);
        if (status !== 200)
          this.failures.set(`${path} ${status} ${answer.slice(0, 80)}`, (this.failures.get(path) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: clients }, client));
    const seconds = (performance.now() - startedAt) / 1_000;
    const cpuMicros = ((this.#cpuSeconds() - before) / traces) * 1e6;
    return `${name.padEnd(22)}${Math.round(traces / seconds)
      .toString()
      .padStart(7)} req/s${cpuMicros.toFixed(0).padStart(7)} µs CPU of the service each`;
  }

  async get(path: string): Promise<unknown> {
    return (await fetch(this.#service.url + path)).json();
  }

  close(): void {
    this.#agent.destroy();
  }

  get residentMib(): number {
    const status = readFileSync(`/proc/${this.#service.pid}/status`, 'utf8');
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024);
  }

  #cpuSeconds(): number {
    const [, after = ''] = readFileSync(`/proc/${this.#service.pid}/stat`, 'utf8').split(') ');
    const fields = after.split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }

  #post(path: string, body: object): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const sent = request(this.#service.url + path, { method: 'POST', agent: this.#agent }, response => {
      text(response).then(answer => {
        resolve({ status: response.statusCode ?? 0, body: answer });
      }, reject);
    });
    sent.once('error', reject);
    sent.setHeader('content-type', 'application/json');
    sent.end(JSON.stringify(body));
    return promise;
  }
}

async function measure(name: string, env: Record<string, string>): Promise<void> {
  const service = await ServiceProcess.start({
    service: 'perf-tracer',
    env: { TRACES_PER_TAG: '1000000', LOG_LEVEL: 'info', ...env },
  });
  const load = new Load(service);
  const at = (trace: number) => ({ trace_tag: `tag ${trace % 50}`, trace_id: String(trace) });
  const lines = [
    `resident before        ${load.residentMib} MiB`,
    await load.phase('start', trace => ({ path: '/api/tracing/start', body: at(trace) })),
    await load.phase('step', trace => ({ path: '/api/tracing/step', body: { ...at(trace), step_name: 'one' } })),
    await load.phase('step', trace => ({ path: '/api/tracing/step', body: { ...at(trace), step_name: 'two' } })),
    `resident with ${traces} running: ${load.residentMib} MiB`,
    await load.phase('end', trace => ({ path: '/api/tracing/end', body: at(trace) })),
  ];
  const kept = (await Promise.all(
    Array.from({ length: 50 }, (_, tag) => load.get(`/api/traces/${encodeURIComponent(`tag ${tag}`)}`)),
  )) as { trace_id: string; steps: unknown[] }[][];
  const whole = kept.flat().filter(({ steps }) => steps.length === 2);
  const lost = traces - new Set(whole.map(({ trace_id }) => trace_id)).size;
  load.close();
  await service.stop();
  process.stdout.write(
    `${name}\n  ${lines.join('\n  ')}\n  lost traces or steps   ${lost}, failed requests ${JSON.stringify([...load.failures])}\n`,
  );
  if (lost > 0 || load.failures.size > 0) process.exitCode = 1;
}

const folder = temporaryFolder('bench');
const postgres = await LocalPostgres.start({ directory: `${folder}/postgres` });
process.stdout.write(`${traces} traces, ${clients} clients, ${cpus().length} cores, Node ${process.version}\n`);
try {
  for (const round of [1, 2]) {
    await measure('memory', {});
    await measure('Postgres (durable)', { DATABASE_URL: postgres.url(`bench_${round}`) });
  }
} finally {
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}
