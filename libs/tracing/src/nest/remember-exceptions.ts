import { copyIdentity } from '../copy-identity.ts';
import { thrown } from '../thrown.ts';
import type { FailingRequest } from '../thrown.ts';

type Catch = (this: unknown, ...args: never[]) => unknown;

/** Of a filter, and of the prototype that all of its class share. */
export interface ExceptionFilterLike {
  catch: Catch;
}

/** Nest's, or whatever an application that calls a filter by itself gives it. */
type HostLike = { getType?(): string; getArgByIndex?(index: number): unknown } | undefined;

const remembering = new WeakSet<object>();

/**
 * Has `filter` remember what it catches, so that the request's span tells it: Nest answers an exception itself, and Fastify never sees it. Requests
 * that do not fail have nothing to do with filters.
 */
export function rememberExceptions(filter: ExceptionFilterLike): void {
  const original = filter.catch;
  if (remembering.has(original)) return;
  const value: Catch = function (...args) {
    const [exception, host] = args as readonly unknown[];
    remember(exception, host as HostLike);
    return original.apply(this, args);
  };
  remembering.add(copyIdentity(original, value));
  Object.defineProperty(filter, 'catch', { value, configurable: true, writable: true, enumerable: false });
}

// The first: what a filter makes of it for its answer says less. Whether it is a failure, its status will tell. In other protocols than HTTP the first argument is the caller's own.
function remember(exception: unknown, host: HostLike): void {
  if (host?.getType?.() !== 'http') return;
  const request = host.getArgByIndex?.(0);
  if (typeof request === 'object' && request !== null) (request as FailingRequest)[thrown] ??= exception;
}
