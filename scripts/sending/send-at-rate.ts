import { pause } from './pause.ts';

export interface Rate {
  readonly perSecond: number;
  readonly durationMs: number;
  readonly signal: AbortSignal;
}

/**
 * Starts one `send` at each moment that is due, whatever became of those before: the load does not wait for the server.
 * Resolves when all that were due have ended.
 */
export async function sendAtRate(
  { perSecond, durationMs, signal }: Rate,
  send: (dueMs: number) => Promise<void>,
): Promise<void> {
  const startMs = performance.now();
  const count = Math.floor((perSecond * durationMs) / 1_000);
  const underWay = new Set<Promise<void>>();
  const isStopped = () => signal.aborted;
  for (let index = 0; index < count; index++) {
    const dueMs = startMs + (index * 1_000) / perSecond;
    const waitMs = dueMs - performance.now();
    if (waitMs > 0) await pause(waitMs, signal);
    if (isStopped()) break;
    const sending = send(dueMs).finally(() => underWay.delete(sending));
    underWay.add(sending);
  }
  await pause(startMs + durationMs - performance.now(), signal);
  await Promise.all(underWay);
}
