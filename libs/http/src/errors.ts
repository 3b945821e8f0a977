import type { Problem } from '@tracelab/contracts/problem';

/** Root of every failure of a call to another service; `instanceof CallError` catches them all. */
export abstract class CallError extends Error {
  abstract override readonly name: string;
}

/** The callee answered, and refused; `problem.code` says why. */
export class CallRefused extends CallError {
  override readonly name = 'CallRefused';
  readonly problem: Problem;

  constructor(operation: string, problem: Problem) {
    super(`${operation} was refused with ${problem.status} ${problem.code}`);
    this.problem = problem;
  }
}

/**
 * Why there is no answer: nobody listens (`unreachable`), the connection broke while the callee may have worked on it
 * (`interrupted`), time ran out (`timeout`), or what came back is not what the contract promises (`invalid-answer`).
 */
export type CallFailure = 'unreachable' | 'interrupted' | 'timeout' | 'invalid-answer';

/** No usable answer. Except for `unreachable`, the callee may have done the work all the same. */
export class CallFailed extends CallError {
  override readonly name = 'CallFailed';
  readonly failure: CallFailure;

  constructor(operation: string, failure: CallFailure, cause?: unknown) {
    super(`${operation} gave no answer: ${failure}`, { cause });
    this.failure = failure;
  }
}
