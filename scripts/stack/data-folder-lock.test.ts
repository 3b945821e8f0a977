import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from '@jest/globals';
import { freePort } from '@tracelab/local-servers';
import { temporaryFolder } from '@tracelab/test-stack';
import { loadStackConfig, PORT_SETTINGS } from './config.ts';
import { DataFolderInUse, DataFolderLock } from './data-folder-lock.ts';
import { Stack } from './stack.ts';

const LOCK = fileURLToPath(new URL('data-folder-lock.ts', import.meta.url));

const parent = temporaryFolder('data-folder');
afterAll(() => {
  rmSync(parent, { recursive: true });
});

/** Another process that holds the folder until it is killed. */
async function holder(folder: string) {
  const script = `import { DataFolderLock } from '${LOCK}';
    globalThis.held = DataFolderLock.take('${folder}');
    setInterval(() => console.log('held'), 50);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

test('a folder is held by one system at a time, and whoever comes second learns by which', async () => {
  const folder = join(parent, 'held');
  const first = await holder(folder);
  expect(() => DataFolderLock.take(folder)).toThrow(
    `${folder} is in use by another system (pid ${first.pid}): stop it, or set TRACELAB_DATA to another folder.`,
  );
  first.kill('SIGKILL');
  await once(first, 'exit');
  const lock = DataFolderLock.take(folder);
  expect(() => DataFolderLock.take(folder)).toThrow(`(pid ${process.pid})`);
  lock.release();
  DataFolderLock.take(folder).release();
});

test('a second system touches nothing in a folder that is in use', async () => {
  const folder = join(parent, 'second');
  const first = DataFolderLock.take(folder);
  const ports = await Promise.all(
    Object.values(PORT_SETTINGS).map(async name => [name, String(await freePort())] as const),
  );
  const stack = new Stack(loadStackConfig({ ...Object.fromEntries(ports), TRACELAB_DATA: folder }), () => undefined);
  await expect(stack.start(() => undefined)).rejects.toBeInstanceOf(DataFolderInUse);
  expect(stack.parts.map(({ pid }) => pid)).toEqual([undefined, undefined]);
  await stack.stop();
  first.release();
});
