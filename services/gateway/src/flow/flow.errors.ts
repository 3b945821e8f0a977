import type { FlowFailure, FlowStep } from '@tracelab/contracts/flow';
import type { Fault, ProblemType } from '@tracelab/contracts/problem';
import { DomainError, problemTypeOf } from '@tracelab/service-kit';
import type { FlowProgress } from './flow.service.ts';

/** The flow stopped at a step, for the reason that the step had: same status and code, and what was done before. */
export class FlowFailed extends DomainError {
  readonly type: ProblemType;
  override readonly faults: readonly Fault[];
  override readonly members: FlowFailure;

  private constructor(message: string, cause: unknown, { type, members }: { type: ProblemType; members: FlowFailure }) {
    super(message, { cause });
    this.type = type;
    this.members = members;
    this.faults = cause instanceof DomainError ? (cause.faults ?? []) : [];
  }

  static at(step: FlowStep, progress: FlowProgress, cause: unknown): FlowFailed {
    const type = problemTypeOf(cause);
    const own = cause instanceof DomainError ? cause : undefined;
    const members = { ...own?.members, flow_status: 'failed', step, ...progress, completed: [...progress.completed] };
    return new FlowFailed(`Flow failed: ${own?.message ?? type.title}`, cause, {
      type,
      members: members as FlowFailure,
    });
  }
}
