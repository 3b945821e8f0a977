import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, jest, test } from '@jest/globals';
import { freePort } from '@tracelab/local-servers';
import { temporaryFolder } from '@tracelab/test-stack';
import { eventually } from '../smoke/check.ts';
import { loadStackConfig } from '../stack/config.ts';
import { makeDataFolder } from '../stack/data-folder.ts';
import { LogFile } from '../stack/log-file.ts';
import { CachePart, PostgresPart } from '../stack/server-parts.ts';

jest.setTimeout(60_000);

const folder = temporaryFolder('server-parts');
const logs = join(folder, 'logs');
const told: string[] = [];
const watch = {
  onEvent: ({ part, text }: { part: string; text: string }) => told.push(`${part} ${text}`),
  log: (name: string) => new LogFile(logs, name),
};

// A server as far as the part can tell, so that the test does not need Redis on this machine.
const programs = join(folder, 'programs');
mkdirSync(programs);
writeFileSync(join(programs, 'redis-server'), "#!/bin/sh\necho 'Ready to accept connections'\nexec sleep 600\n");
chmodSync(join(programs, 'redis-server'), 0o755);

const config = loadStackConfig({
  PATH: programs,
  TRACELAB_DATA: join(folder, 'data'),
  POSTGRES_PORT: String(await freePort()),
});
makeDataFolder(config.dataFolder, { isForPostgres: true });
const stops: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const stop of stops) await stop();
  rmSync(folder, { recursive: true });
});

test.each([
  { part: new PostgresPart(config, watch), says: /ready to accept connections/g },
  { part: new CachePart(config, watch), says: /Ready to accept/g },
])('$part.name is started again where it was when it dies, which is told and kept', async ({ part, says }) => {
  stops.push(() => part.stop());
  await part.start();
  const [pid, address] = [part.pid ?? 0, part.address];
  process.kill(pid, 'SIGKILL');
  await eventually(
    () => Promise.resolve(told.some(line => line.startsWith(`${part.name} is back`)) || undefined),
    30_000,
  );
  expect(told.filter(line => line.startsWith(part.name))).toEqual([
    `${part.name} ended with SIGKILL; starting it again`,
    `${part.name} is back, pid ${part.pid}`,
  ]);
  expect(part.pid).not.toBe(pid);
  expect(part.address).toBe(address);
  expect(readFileSync(join(logs, `${part.name}.log`), 'utf8').match(says)).toHaveLength(2);
  await part.stop();
  await new Promise(resolve => setTimeout(resolve, 500));
  expect(told.at(-1)).toContain('is back');
});
