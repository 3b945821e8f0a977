/**
 * Why a request has no answer. `refused`: nobody listens; `unreachable`: no such host or no way to it; `reset`, `closed`:
 * the other side broke the connection, with and without an error; `timeout`: no answer in time; `socket`: any other fault of
 * the connection; `not sent`: due, but no connection became free; `cancelled`: we stopped first.
 */
export type FailureCause =
  'refused' | 'unreachable' | 'reset' | 'closed' | 'timeout' | 'socket' | 'not sent' | 'cancelled';

interface Exchanged {
  readonly traceId: string;
  /** When it was written to its connection, and when it ended; both on performance.now()'s scale. */
  readonly sentMs: number;
  readonly doneMs: number;
}

/** How one request ended. */
export type Outcome =
  | (Exchanged & { readonly kind: 'answered'; readonly status: number; readonly body: string })
  | (Exchanged & { readonly kind: 'failed'; readonly cause: FailureCause; readonly detail: string });
