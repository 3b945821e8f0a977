import { AsyncLocalStorage } from 'node:async_hooks';

/** Milliseconds that the caller still waits. Relative, because the clocks of two machines differ. */
export const deadlineHeader = 'x-timeout-ms';

const endOfRequest = new AsyncLocalStorage<number>();

/**
 * Runs a request's work so that no call made in it outlives the request. A caller's own deadline, told by the header,
 * can only shorten the time, down to none; anything but a whole number in it is ignored.
 */
export function withinDeadline<Result>(header: unknown, limitMs: number, work: () => Result): Result {
  const asked = typeof header === 'string' && /^\d{1,9}$/.test(header) ? Number(header) : limitMs;
  return endOfRequest.run(performance.now() + Math.min(asked, limitMs), work);
}

/** What is left of the request that this runs in; Infinity outside of any. */
export function remainingMs(): number {
  const end = endOfRequest.getStore();
  return end === undefined ? Infinity : end - performance.now();
}
