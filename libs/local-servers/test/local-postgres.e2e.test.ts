import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, jest, test } from '@jest/globals';
import { LocalPostgres } from '../src/index.ts';

jest.setTimeout(60_000);

const parent = mkdtempSync(join(tmpdir(), 'tracelab-local-postgres-'));
// Postgres started by root runs under another account.
chmodSync(parent, 0o755);
afterAll(() => {
  rmSync(parent, { recursive: true });
});

/** The process that makes the cluster, once it has begun to write. */
async function initdbOf(directory: string): Promise<number> {
  for (;;) {
    const row = execFileSync('ps', ['-A', '-o', 'pid=,args='], { encoding: 'utf8' })
      .split('\n')
      .find(line => line.includes('initdb') && line.includes(`--pgdata=${directory}`));
    const folder = /--pgdata=(\S+)/.exec(row ?? '')?.[1];
    if (row !== undefined && existsSync(join(folder ?? '', 'PG_VERSION'))) return Number.parseInt(row, 10);
    await sleep(5);
  }
}

test('a first start that is killed while it makes the cluster leaves nothing in the way of the next', async () => {
  const directory = join(parent, 'postgres');
  const first = LocalPostgres.start({ directory, isDurable: false });
  const failed = expect(first).rejects.toThrow('initdb');
  process.kill(await initdbOf(directory), 'SIGKILL');
  await failed;
  expect(existsSync(directory)).toBe(false);
  const second = await LocalPostgres.start({ directory, isDurable: false });
  await second.stop();
  // template1, template0 and postgres: the last of them is made last.
  expect(readdirSync(join(directory, 'base'))).toHaveLength(3);
});
