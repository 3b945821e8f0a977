import { isMainThread, threadId } from 'node:worker_threads';
import { RUNTIME } from '../rewrite/scope.ts';
import { NUMBERED_IN_WORKER } from './function-table.ts';
import { Runtime } from './runtime.ts';

/** Ids of one thread lie apart from those of the others by as much. */
const IDS_PER_THREAD = 1e12;

/** The runtime of this thread: one, however often this package is loaded, because rewritten code knows one global. */
export const runtime: Runtime = existing() ?? install();

function existing(): Runtime | undefined {
  return (globalThis as { [RUNTIME]?: Runtime })[RUNTIME];
}

function install(): Runtime {
  const created = new Runtime(threadId * IDS_PER_THREAD, isMainThread ? 0 : NUMBERED_IN_WORKER);
  Object.defineProperty(globalThis, RUNTIME, {
    value: created,
    enumerable: false,
    configurable: true,
    writable: false,
  });
  return created;
}
