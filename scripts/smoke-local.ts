// The local stack as a person uses it: starts `make run`, uses it, kills its services one by one, stops it, and looks at
// what is left. Ports and data are its own, so that it can run beside another stack.
import { rmSync } from 'node:fs';
import { freePort, isPortFree } from '@tracelab/local-servers';
import { temporaryFolder } from '@tracelab/test-stack';
import { claim, eventually, figure } from './smoke/check.ts';
import { checkFlow } from './smoke/flow-check.ts';
import { Foreground, STACK_IS_UP } from './smoke/foreground.ts';
import { descendantsOf, isAlive, memoryMb } from './smoke/process-facts.ts';
import type { Addresses } from './stack/first-trace.ts';

const NAMES = ['GATEWAY', 'USER', 'ORDER', 'PAYMENT', 'PERF_TRACER', 'HUB', 'HUB_OTLP', 'POSTGRES'] as const;

const ports = Object.fromEntries(await Promise.all(NAMES.map(async name => [name, await freePort()] as const)));
const folder = temporaryFolder('smoke');
const addresses: Addresses = {
  gatewayUrl: `http://127.0.0.1:${ports.GATEWAY}`,
  queryUrl: `http://127.0.0.1:${ports.HUB}`,
};

function makeRun(): Foreground {
  const settings = Object.fromEntries(NAMES.map(name => [`${name}_PORT`, String(ports[name])]));
  // A flow that ends for want of goods has no payment in it.
  const env = { ...settings, TRACELAB_DATA: folder, FAIL_INVENTORY: '0' };
  return new Foreground('exec make --no-print-directory run', env);
}

function pidOf(run: Foreground, service: string): number {
  const back = [...run.output.matchAll(new RegExp(`${service} is back, pid (\\d+)`, 'g'))].at(-1)?.[1];
  return Number(back ?? new RegExp(`^ *${service} .*pid (\\d+)`, 'm').exec(run.output)?.[1]);
}

async function start(run: Foreground, budget: string): Promise<void> {
  const startedAt = performance.now();
  claim(
    'it starts and shows a first trace',
    await run.says(STACK_IS_UP, 90_000),
    run.output.slice(-1_500).trim().split('\n')[0],
  );
  figure('time to the first trace', `${((performance.now() - startedAt) / 1000).toFixed(1)} s`, budget);
}

async function killEach(run: Foreground): Promise<void> {
  for (const service of ['user', 'order', 'payment', 'gateway', 'hub']) {
    process.kill(pidOf(run, service), 'SIGKILL');
    claim(`${service} killed: it is told`, await run.says(`${service} ended with SIGKILL`, 5_000));
    claim(`${service} killed: it comes back`, await run.says(new RegExp(`${service} is back`), 15_000));
  }
  await checkFlow(addresses);
}

async function stop(run: Foreground): Promise<void> {
  const before = descendantsOf(run.pid);
  claim('Ctrl-C ends it well', await run.interrupt());
  const left = await eventually(() => Promise.resolve(before.some(isAlive) ? undefined : 0), 5_000);
  claim('no process is left', left === 0, `of ${before.length}`);
  const taken: string[] = [];
  for (const name of NAMES) if (!(await isPortFree(ports[name] ?? 0))) taken.push(name);
  claim('no port is left', taken.length === 0, taken.join(', '));
}

let run = makeRun();
try {
  await start(run, '30 s from a clone, packages downloaded once before');
  await checkFlow(addresses);
  await new Promise(resolve => setTimeout(resolve, 2_000));
  const mb = memoryMb(descendantsOf(run.pid));
  figure('memory of all processes at rest', `${mb} MB`, '700 MB');
  claim('memory stays in its budget', mb < 700, `${mb} MB`);
  await killEach(run);
  await stop(run);
  run = makeRun();
  await start(run, '8 s, the second time');
  await stop(run);
} catch (error) {
  process.exitCode = 1;
  process.stdout.write(`${(error as Error).message}\n${run.output.slice(-3_000)}\n`);
} finally {
  await run.interrupt();
  rmSync(folder, { recursive: true, force: true });
}
