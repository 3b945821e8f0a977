import { readdirSync, readFileSync } from 'node:fs';

/**
 * Milliseconds of CPU, user and system, that the threads of a process have used; the process's own figure counts in steps
 * of ten, and the program itself is not asked and so not changed. Linux only.
 */
export function cpuMsOf(pid: number | undefined): number {
  const tasks = `/proc/${String(pid)}/task`;
  const used = readdirSync(tasks).map(task => readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ', 1)[0]);
  return used.reduce((sum, ns) => sum + Number(ns), 0) / 1e6;
}
