import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '@tracelab/local-servers';
import { Foreground, STACK_IS_UP } from '../smoke/foreground.ts';
import type { CopiedWorkspace } from './copied-workspace.ts';

const NAMES = ['GATEWAY', 'USER', 'ORDER', 'PAYMENT', 'PERF_TRACER', 'HUB', 'HUB_OTLP', 'POSTGRES'] as const;

/** The programs of the workspace's packages. */
export const BIN = fileURLToPath(new URL('../../node_modules/.bin', import.meta.url));

export interface RunDev {
  readonly run: Foreground;
  /** By the name of their setting, without `_PORT`. */
  readonly ports: Readonly<Record<string, number>>;
}

/** `make run-dev` of a copy, on ports of its own, once it is up. */
export async function runDevOnCopy({ folder }: CopiedWorkspace): Promise<RunDev> {
  const ports = Object.fromEntries(await Promise.all(NAMES.map(async name => [name, await freePort()] as const)));
  const settings = Object.entries(ports).map(([name, port]) => [`${name}_PORT`, String(port)]);
  const run = new Foreground(`cd '${folder}' && exec node --conditions=@tracelab/source scripts/run.ts --dev`, {
    ...Object.fromEntries(settings),
    NODE_OPTIONS: '',
    PATH: `${BIN}:${process.env['PATH']}`,
    TRACELAB_DATA: join(folder, '.tracelab'),
  });
  if (!(await run.says(STACK_IS_UP, 90_000))) {
    await run.interrupt();
    throw new Error(run.output);
  }
  return { run, ports };
}
