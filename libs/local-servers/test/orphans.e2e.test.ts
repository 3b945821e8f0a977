import { expect, test } from '@jest/globals';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';

const SUPERVISOR = fileURLToPath(new URL('fixtures/supervisor.ts', import.meta.url));

interface Started {
  readonly supervisor: ReturnType<typeof spawn>;
  /** Its servers, the second of which it has stopped, and whatever else it has started. */
  readonly pids: readonly number[];
}

async function start(): Promise<Started> {
  const supervisor = spawn(process.execPath, ['--conditions=@tracelab/source', SUPERVISOR], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = (await once(supervisor.stdout, 'data')) as [Buffer];
  const servers = line.toString().trim().split(' ').map(Number);
  const children = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    .split('\n')
    .map(row => row.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === supervisor.pid)
    .map(([pid = 0]) => pid);
  return { supervisor, pids: [...new Set([...servers, ...children])] };
}

function isRunning(pid: number): boolean {
  const state = spawnedState(pid);
  return state !== '' && !state.startsWith('Z');
}

function spawnedState(pid: number): string {
  try {
    return execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}

async function expectAllGone(pids: readonly number[], limitMs: number): Promise<void> {
  const limit = performance.now() + limitMs;
  while (pids.some(isRunning) && performance.now() < limit) await sleep(50);
  expect(pids.filter(isRunning)).toEqual([]);
}

test('servers end with whoever started them, also when that is killed', async () => {
  const { supervisor, pids } = await start();
  expect(pids.map(isRunning)).toEqual([true, false, true, true]);
  supervisor.kill('SIGKILL');
  await expectAllGone(pids.slice(0, 3), 5_000);
});

test('after an ordinary end nothing is left, and its exit code is its own', async () => {
  const { supervisor, pids } = await start();
  supervisor.stdin?.end();
  expect(await once(supervisor, 'exit')).toEqual([7, null]);
  await expectAllGone(pids, 1_000);
});
