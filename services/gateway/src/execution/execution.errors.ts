import { ExecutionFailed as ExecutionFailedType, type ExecutionStep } from '@tracelab/contracts/execution';
import { DomainError } from '@tracelab/service-kit';

/** A function failed; what ran until then is told with it. */
export class ExecutionFailed extends DomainError {
  readonly type = ExecutionFailedType;
  override readonly members;

  constructor(trace: ExecutionStep | { readonly message: string }, cause: unknown) {
    super((cause as Error).message, { cause });
    this.members = { trace };
  }
}
