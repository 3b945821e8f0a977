/**
 * What `promise` becomes by `onValue` and `onError`, with the data it carried (`child` of a promisified `exec`). Undefined for one that is more than its
 * value: a promise derived from it would lack its methods (ky's `json`), and `then` of another class may run a query.
 */
export function follow(
  promise: Promise<unknown>,
  onValue: (value: unknown) => unknown,
  onError: (error: unknown) => unknown,
): Promise<unknown> | undefined {
  if (promise.constructor !== Promise) return undefined;
  // String keys alone: Node itself leaves symbols on promises.
  if (Object.keys(promise).length === 0) return promise.then(onValue, onError);
  const carried = Object.entries(promise);
  if (carried.some(([, member]) => typeof member === 'function')) return undefined;
  return Object.assign(promise.then(onValue, onError), Object.fromEntries(carried));
}
