import { setTimeout as sleep } from 'node:timers/promises';
import { CallFailed, CallRefused } from './errors.ts';

export interface RetryPolicy {
  /** All tries together, the first included. */
  readonly attempts: number;
  /** The pause before the second try is up to this long, and doubles with each further one. */
  readonly baseDelayMs: number;
}

/**
 * Repeats work that failed in passing. Whoever calls this knows that repeating is harmless. The pause is drawn from
 * [0, limit) ("full jitter"), so that callers which failed together do not come back together.
 */
export async function retrying<Result>(
  { attempts, baseDelayMs }: RetryPolicy,
  remaining: () => number,
  work: () => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const pauseMs = Math.random() * baseDelayMs * 2 ** (attempt - 1);
      if (attempt >= attempts || !isPassing(error) || pauseMs >= remaining()) throw error;
      await sleep(pauseMs);
    }
  }
}

function isPassing(error: unknown): boolean {
  if (error instanceof CallRefused) return error.problem.status === 503;
  return error instanceof CallFailed && error.failure !== 'invalid-answer';
}
