/** Where a request keeps what was thrown as it was answered: known to every copy of this package. */
export const thrown = Symbol.for('tracelab.thrown');

/** A request of any framework. */
export interface FailingRequest {
  [thrown]?: unknown;
}
