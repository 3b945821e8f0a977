/**
 * Why there is no answer: perf-tracer answered no (`refused`, with its status and detail), nobody answered (`unreachable`),
 * it took too long (`timeout`), or the caller's own signal ended the call (`aborted`).
 */
export type RemoteTraceFailure = 'refused' | 'unreachable' | 'timeout' | 'aborted';

/** A call of perf-tracer that brought nothing. Branch on `code`. */
export class RemoteTraceError extends Error {
  override readonly name = 'RemoteTraceError';
  readonly code: RemoteTraceFailure;
  readonly status: number | undefined;
  /** FastAPI's: words, or a list of what is wrong with the request. */
  readonly detail: unknown;

  constructor(code: RemoteTraceFailure, told: { status?: number; detail?: unknown; cause?: unknown }) {
    super(`perf-tracer: ${told.status ?? code}`, { cause: told.cause });
    this.code = code;
    this.status = told.status;
    this.detail = told.detail;
  }
}
