// The local stack as a person uses it: starts `make run`, uses it, kills its services one by one, stops it, and looks at
// what is left. Ports and data are its own, so that it can run beside another stack.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, isPortFree } from '@tracelab/local-servers';
import { claim, eventually, figure } from './smoke/check.ts';
import { checkFlow } from './smoke/flow-check.ts';
import { descendantsOf, isAlive, memoryMb } from './smoke/process-facts.ts';
import type { Addresses } from './stack/first-trace.ts';

const NAMES = ['GATEWAY', 'USER', 'ORDER', 'PAYMENT', 'PERF_TRACER', 'HUB', 'HUB_OTLP', 'POSTGRES'] as const;
const DONE = 'Ctrl-C stops everything';

const ports = Object.fromEntries(await Promise.all(NAMES.map(async name => [name, await freePort()] as const)));
const folder = mkdtempSync(join(tmpdir(), 'tracelab-smoke-'));
const addresses: Addresses = {
  gatewayUrl: `http://127.0.0.1:${ports.GATEWAY}`,
  queryUrl: `http://127.0.0.1:${ports.HUB}`,
};

class Run {
  readonly #child;
  output = '';

  constructor() {
    const settings = Object.fromEntries(NAMES.map(name => [`${name}_PORT`, String(ports[name])]));
    this.#child = spawn('make', ['--no-print-directory', 'run'], {
      env: { ...process.env, ...settings, TRACELAB_DATA: folder },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const keep = (chunk: Buffer) => (this.output += chunk.toString());
    this.#child.stdout.on('data', keep);
    this.#child.stderr.on('data', keep);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async says(text: string | RegExp, limitMs: number): Promise<boolean> {
    const isSaid = () => (typeof text === 'string' ? this.output.includes(text) : text.test(this.output));
    const said = await eventually(() => Promise.resolve(isSaid() || this.#hasEnded || undefined), limitMs);
    return said === true && isSaid();
  }

  /** To the whole foreground group, as a terminal does. Make itself then ends by the signal, after its recipe. */
  async interrupt(): Promise<boolean> {
    if (this.#hasEnded) return true;
    const ended = once(this.#child, 'exit');
    process.kill(-this.pid, 'SIGINT');
    await ended;
    return this.#child.exitCode === 0 || this.#child.signalCode === 'SIGINT';
  }

  get #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  pidOf(service: string): number {
    const back = [...this.output.matchAll(new RegExp(`${service} is back, pid (\\d+)`, 'g'))].at(-1)?.[1];
    return Number(back ?? new RegExp(`^ *${service} .*pid (\\d+)`, 'm').exec(this.output)?.[1]);
  }
}

async function start(budget: string): Promise<Run> {
  const startedAt = performance.now();
  const run = new Run();
  claim(
    'it starts and shows a first trace',
    await run.says(DONE, 90_000),
    run.output.slice(-1_500).trim().split('\n')[0],
  );
  figure('time to the first trace', `${((performance.now() - startedAt) / 1000).toFixed(1)} s`, budget);
  return run;
}

async function killEach(run: Run): Promise<void> {
  for (const service of ['user', 'order', 'payment', 'gateway', 'hub']) {
    process.kill(run.pidOf(service), 'SIGKILL');
    claim(`${service} killed: it is told`, await run.says(`${service} ended with SIGKILL`, 5_000));
    claim(`${service} killed: it comes back`, await run.says(new RegExp(`${service} is back`), 15_000));
  }
  await checkFlow(addresses);
}

async function stop(run: Run): Promise<void> {
  const before = descendantsOf(run.pid);
  claim('Ctrl-C ends it well', await run.interrupt());
  const left = await eventually(() => Promise.resolve(before.some(isAlive) ? undefined : 0), 5_000);
  claim('no process is left', left === 0, `of ${before.length}`);
  const taken: string[] = [];
  for (const name of NAMES) if (!(await isPortFree(ports[name] ?? 0))) taken.push(name);
  claim('no port is left', taken.length === 0, taken.join(', '));
}

let run: Run | undefined;
try {
  run = await start('30 s from a clone, packages downloaded once before');
  await checkFlow(addresses);
  await new Promise(resolve => setTimeout(resolve, 2_000));
  const mb = memoryMb(descendantsOf(run.pid));
  figure('memory of all processes at rest', `${mb} MB`, '700 MB');
  claim('memory stays in its budget', mb < 700, `${mb} MB`);
  await killEach(run);
  await stop(run);
  run = await start('8 s, the second time');
  await stop(run);
} catch (error) {
  process.exitCode = 1;
  process.stdout.write(`${(error as Error).message}\n${run?.output.slice(-3_000) ?? ''}\n`);
} finally {
  await run?.interrupt();
  rmSync(folder, { recursive: true, force: true });
}
