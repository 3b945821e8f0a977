import { setTimeout as sleep } from 'node:timers/promises';

/** Waits, or less when the signal says to stop. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  if (ms <= 0 || signal?.aborted === true) return;
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
