// How long `make run-dev` takes from a save until what is saved answers: node --conditions=@tracelab/source bench/save-to-serving.bench.ts [saves]
// On a copy of this workspace, built before, with ports of its own.
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@tracelab/local-servers';
import { temporaryFolder } from '@tracelab/test-stack';
import { Foreground, STACK_IS_UP } from '../smoke/foreground.ts';
import { CopiedWorkspace } from '../test/copied-workspace.ts';

const saves = Number(process.argv[2] ?? 10);
const PORTS = ['GATEWAY', 'USER', 'ORDER', 'PAYMENT', 'PERF_TRACER', 'HUB', 'HUB_OTLP', 'POSTGRES'] as const;
const SAVED = [
  ['services/order/src/orders/orders.service.ts', 1],
  ['libs/simulation/src/simulation.ts', 3],
  ['libs/service-kit/src/health/health.controller.ts', 6],
] as const;
const PAUSE_MS = 3_000;
const LIMIT_MS = 30_000;

const workspace = new CopiedWorkspace(temporaryFolder('save-to-serving'));
const settings: Record<string, string> = {};
for (const name of PORTS) settings[`${name}_PORT`] = String(await freePort());
const bin = fileURLToPath(new URL('../../node_modules/.bin', import.meta.url));
const run = new Foreground(`cd '${workspace.folder}' && exec node --conditions=@tracelab/source scripts/run.ts --dev`, {
  ...settings,
  NODE_OPTIONS: '',
  PATH: `${bin}:${process.env['PATH']}`,
  TRACELAB_DATA: join(workspace.folder, '.tracelab'),
});

/** Milliseconds until all of the services concerned have told that they answer. */
async function timeOf(file: string, restarts: number): Promise<number> {
  const heard = run.output.length;
  const text = workspace.read(file);
  const startedAt = performance.now();
  workspace.save(file, `${text}\n// saved`);
  while ((run.output.slice(heard).match(/restarted in/g)?.length ?? 0) < restarts) {
    if (performance.now() - startedAt > LIMIT_MS) throw new Error(`not served again:\n${run.output.slice(heard)}`);
    await sleep(5);
  }
  return performance.now() - startedAt;
}

try {
  if (!(await run.says(STACK_IS_UP, 90_000))) throw new Error(run.output);
  await sleep(PAUSE_MS);
  for (const [file, restarts] of SAVED) {
    const times: number[] = [];
    for (let n = 0; n < saves; n++) {
      times.push(await timeOf(file, restarts));
      await sleep(PAUSE_MS);
    }
    const [median = NaN] = times.toSorted((a, b) => a - b).slice(times.length >> 1);
    const seconds = (ms: number) => `${(ms / 1e3).toFixed(2)} s`;
    process.stdout.write(
      `${file}: ${restarts} restarted, median ${seconds(median)}, worst ${seconds(Math.max(...times))}, ` +
        `load average ${loadavg()[0]?.toFixed(1) ?? ''}\n`,
    );
  }
} finally {
  await run.interrupt();
  workspace.remove();
}
