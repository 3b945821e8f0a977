// How long `make run-dev` takes from a save until what is saved answers: node --conditions=@tracelab/source bench/save-to-serving.bench.ts [saves]
// On a copy of this workspace, built before, with ports of its own.
import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryFolder } from '@tracelab/test-stack';
import { CopiedWorkspace } from '../test/copied-workspace.ts';
import { runDevOnCopy } from '../test/run-dev-on-copy.ts';

const saves = Number(process.argv[2] ?? 10);
const SAVED = [
  ['services/order/src/orders/orders.service.ts', 1],
  ['libs/simulation/src/simulation.ts', 3],
  ['libs/service-kit/src/health/health.controller.ts', 6],
] as const;
const PAUSE_MS = 10_000;
const LIMIT_MS = 30_000;

const workspace = new CopiedWorkspace(temporaryFolder('save-to-serving'));
const { run } = await runDevOnCopy(workspace);

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
