import type { Fault, ProblemType } from '@tracelab/contracts/problem';

/** A refusal that the domain can explain. It knows its problem type; only the HTTP edge knows a status. */
export abstract class DomainError extends Error {
  abstract readonly type: ProblemType;
  /** What is wrong where, of a malformed request. */
  readonly faults?: readonly Fault[];
  /** Members of this problem beside the standard ones. */
  readonly members?: Readonly<Record<string, unknown>>;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }

  /** The stable name on which callers and logs branch. */
  get code(): string {
    return this.type.code;
  }
}
