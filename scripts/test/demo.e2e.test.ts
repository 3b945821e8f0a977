import { rmSync } from 'node:fs';
import { afterAll, afterEach, beforeEach, expect, test } from '@jest/globals';
import { freePort } from '@tracelab/local-servers';
import { temporaryFolder } from '@tracelab/test-stack';
import { eventually } from '../smoke/check.ts';
import { Foreground } from '../smoke/foreground.ts';
import { descendantsOf, isAlive } from '../smoke/process-facts.ts';
import { KnownServer } from './known-server.ts';

const folder = temporaryFolder('demo');
let gateway: KnownServer;
let demo: Foreground;

// A system that runs is used as it is; nothing has to be started.
beforeEach(async () => {
  gateway = await KnownServer.start(() => ({ afterMs: 20 }));
  demo = new Foreground('exec node --conditions=@tracelab/source scripts/demo.ts', {
    GATEWAY_PORT: new URL(gateway.url).port,
    HUB_PORT: String(await freePort()),
    TRACELAB_DATA: folder,
  });
  await demo.says('Mode: demo', 15_000);
});
afterEach(async () => {
  await demo.interrupt();
  gateway.stop();
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const loads = /Load Test|What to look at|completed|Failed to connect/;

test('Ctrl-C in the middle of the traffic starts nothing more', async () => {
  await demo.says('Full flow', 15_000);
  const [started, asked] = [descendantsOf(demo.pid), gateway.asked.length];
  expect(await demo.interrupt()).toBe(true);
  expect(started.filter(isAlive)).toEqual([]);
  expect(demo.output).not.toMatch(loads);
  expect(gateway.asked.length - asked).toBeLessThan(3);
});

test('SIGTERM to the demo alone ends its traffic too', async () => {
  await demo.says('Full flow', 15_000);
  const started = descendantsOf(demo.pid);
  process.kill(demo.pid, 'SIGTERM');
  const ended = await eventually(() => Promise.resolve(started.some(isAlive) ? undefined : true), 10_000);
  expect(ended).toBe(true);
  expect(demo.output).not.toMatch(loads);
});
