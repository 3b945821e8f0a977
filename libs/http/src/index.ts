export { call, forward, type CallOptions } from './call.ts';
export { deadlineHeader, remainingMs, withinDeadline } from './deadline.ts';
export { CallError, CallFailed, CallRefused, type CallFailure } from './errors.ts';
export { closeConnections } from './connections.ts';
export { passOn, type PassedBack, type PassedOn } from './pass-on.ts';
export type { RetryPolicy } from './retry.ts';
