import { readdirSync, readFileSync } from 'node:fs';

/** The processes that descend from this one, itself included. Linux only: they are read from /proc. */
export function descendantsOf(root: number): number[] {
  const parents = new Map(allProcesses().map(pid => [pid, parentOf(pid)]));
  const found = new Set([root]);
  for (let size = 0; size !== found.size;) {
    size = found.size;
    for (const [pid, parent] of parents) if (parent !== undefined && found.has(parent)) found.add(pid);
  }
  return [...found];
}

/** Memory in MB, what processes share counted once. */
export function memoryMb(pids: readonly number[]): number {
  const kb = pids.map(pid => Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0));
  return Math.round(kb.reduce((sum, each) => sum + each, 0) / 1024);
}

export const isAlive = (pid: number): boolean => {
  const state = / ([A-Z]) /.exec(read(`/proc/${pid}/stat`).replace(/\(.*\)/, ''))?.[1];
  return state !== undefined && state !== 'Z';
};

function allProcesses(): number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number);
}

function parentOf(pid: number): number | undefined {
  const parent = /^PPid:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1];
  return parent === undefined ? undefined : Number(parent);
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // it has ended
  }
}
