import { closeSync, openSync, rmSync, statSync } from 'node:fs';

// What is done under a lock takes milliseconds. One that is older is not waited for, and a much older one was left by a
// process that was killed.
const WAITED_FOR_MS = 200;
const STALE_AFTER_MS = 5_000;
// Taken before an application can replace it.
const { now } = Date;
const PAUSE = new Int32Array(new SharedArrayBuffer(4));

/**
 * Does something that only one process may do at a time, unless another takes long about it: then nothing. Throws where
 * there can be no lock.
 */
export function underLock(path: string, work: () => void): void {
  if (!take(path)) return;
  try {
    work();
  } finally {
    rmSync(path, { force: true });
  }
}

function take(path: string): boolean {
  for (let waitedMs = 0; waitedMs < WAITED_FOR_MS; waitedMs++) {
    try {
      closeSync(openSync(path, 'wx'));
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const ageMs = ageOf(path);
      if (ageMs > STALE_AFTER_MS) rmSync(path, { force: true });
      else if (ageMs > WAITED_FOR_MS) return false;
    }
    Atomics.wait(PAUSE, 0, 0, 1);
  }
  return false;
}

function ageOf(path: string): number {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? 0 : now() - stats.mtimeMs;
}
