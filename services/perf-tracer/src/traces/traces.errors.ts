import { TraceFull, TraceNotFound } from '@tracelab/contracts/perf-tracer';
import { DomainError } from '@tracelab/service-kit';

export class TraceNotFoundError extends DomainError {
  readonly type = TraceNotFound;

  constructor() {
    super('Trace not found.');
  }
}

export class TraceFullError extends DomainError {
  readonly type = TraceFull;

  constructor(limit: number) {
    super(`A trace has at most ${limit} steps.`);
  }
}
