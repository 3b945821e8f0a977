import type { EndpointDefinition } from '@tracelab/contracts/endpoint';
import { InvalidRequest, type Problem, type ProblemType } from '@tracelab/contracts/problem';
import { CallRefused } from '@tracelab/http';
import { DomainError } from './domain-error.ts';

/** A refusal of another service that this one's contract promises as well; its words are ours to repeat. */
class RelayedRefusal extends DomainError {
  readonly type: ProblemType;
  override readonly faults: Problem['errors'] & {};
  override readonly members: Readonly<Record<string, unknown>>;

  constructor(type: ProblemType, problem: Problem) {
    super(problem.detail ?? type.title);
    this.type = type;
    this.faults = problem.errors ?? [];
    // The members that the contract names, and no other: what else stands there may not be ours to tell.
    this.members = type.members?.safeParse(problem).data ?? {};
  }
}

/**
 * Awaits a call and lets through the refusals that the endpoint declares. Every other failure keeps its own class, and
 * leaves as a 502, 503 or 504 without the other service's words: those may carry what is not ours to tell.
 */
export async function relaying<Result>({ errors = [] }: EndpointDefinition, answer: Promise<Result>): Promise<Result> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof CallRefused)) throw error;
    const type = [...errors, InvalidRequest].find(({ code }) => code === error.problem.code);
    throw type === undefined ? error : new RelayedRefusal(type, error.problem);
  }
}
