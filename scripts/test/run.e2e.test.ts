import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, jest, test } from '@jest/globals';
import { freePort } from '@tracelab/local-servers';
import { temporaryFolder } from '@tracelab/test-stack';
import { PORT_SETTINGS } from '../stack/config.ts';
import { DataFolderLock } from '../stack/data-folder-lock.ts';

jest.setTimeout(60_000);

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const folder = temporaryFolder('run');
afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Ended {
  readonly code: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

/** `make run` where it ends by itself, on ports of its own. */
async function run({ nodeArgs = [], args = [], env = {} }: Run): Promise<Ended> {
  const names = [...Object.values(PORT_SETTINGS), 'POSTGRES_PORT'];
  const ports = await Promise.all(names.map(async name => [name, String(await freePort())] as const));
  const settings = { ...process.env, NODE_OPTIONS: '', ...Object.fromEntries(ports), ...env };
  const command = ['--conditions=@tracelab/source', ...nodeArgs, 'scripts/run.ts', ...args];
  return new Promise(resolve => {
    execFile(process.execPath, command, { cwd: ROOT, env: settings }, (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, stdout, stderr });
    });
  });
}

interface Run {
  readonly nodeArgs?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

test('the help names every setting of the stack', async () => {
  const { code, stdout } = await run({ args: ['--help'] });
  expect(code).toBe(0);
  for (const name of Object.values(PORT_SETTINGS)) expect(stdout).toContain(name);
  for (const name of ['TRACELAB_DATA', 'POSTGRES_URL', 'REDIS_URL', 'NO_REDIS']) expect(stdout).toContain(name);
});

test('where no Postgres is packaged, a sentence says which setting names one that runs', async () => {
  const fake = "Object.defineProperty(process, 'arch', { value: 'riscv64' })";
  const ended = await run({
    nodeArgs: ['--import', `data:text/javascript,${encodeURIComponent(fake)}`],
    env: { TRACELAB_DATA: join(folder, 'riscv'), DATABASE_URL: 'postgres://a:b@127.0.0.1:1/c', POSTGRES_URL: '' },
  });
  expect(ended.code).toBe(1);
  expect(ended.stderr).toBe(
    `No Postgres is packaged for ${process.platform}-riscv64: run one yourself and set ` +
      'POSTGRES_URL=postgres://user:password@host:port, or use Docker.\n',
  );
});

test('in a data folder that is in use, a sentence says by whom and what to do', async () => {
  const inUse = join(folder, 'in-use');
  const lock = DataFolderLock.take(inUse);
  const ended = await run({ env: { TRACELAB_DATA: inUse } });
  lock.release();
  expect(ended.code).toBe(1);
  expect(ended.stderr).toBe(
    `${inUse} is in use by another system (pid ${process.pid}): stop it, or set TRACELAB_DATA to another folder.\n`,
  );
});
