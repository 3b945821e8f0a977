import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, jest, test } from '@jest/globals';
import { freePort, isPortFree } from '@tracelab/local-servers';
import { temporaryFolder } from '@tracelab/test-stack';
import { eventually } from '../smoke/check.ts';
import { descendantsOf, isAlive } from '../smoke/process-facts.ts';
import { loadStackConfig, PORT_SETTINGS } from '../stack/config.ts';
import { Stack } from '../stack/stack.ts';

jest.setTimeout(60_000);

const folder = temporaryFolder('stopped-start');
const ports: Record<string, string> = {};
for (const name of Object.values(PORT_SETTINGS)) ports[name] = String(await freePort());
afterAll(() => {
  rmSync(folder, { recursive: true });
});

test.each(['before anything runs', 'cache', 'user'])(
  'a system that is stopped while it starts leaves nothing behind: %s',
  async moment => {
    const before = descendantsOf(process.pid);
    const stack = new Stack(loadStackConfig({ ...ports, TRACELAB_DATA: join(folder, moment) }), () => undefined);
    const started = stack.start(part => {
      if (part.name === moment) void stack.stop();
    });
    if (moment.startsWith('before')) void stack.stop();
    const outcome = await started.then(
      () => 'started',
      (error: unknown) => (error as Error).name,
    );
    await stack.stop();
    // The services were on their way: whichever of them was there first is no fault of the start.
    if (moment !== 'user') expect(outcome).toBe('StackStopped');
    const left = () => descendantsOf(process.pid).filter(pid => !before.includes(pid) && isAlive(pid));
    expect(await eventually(() => Promise.resolve(left().length === 0 || undefined), 5_000)).toBe(true);
    for (const port of Object.values(ports)) expect(await isPortFree(Number(port))).toBe(true);
  },
);
