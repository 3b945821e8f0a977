import { UserNotFound } from '@tracelab/contracts/user';
import { DomainError } from '@tracelab/service-kit';

export class UserNotFoundError extends DomainError {
  readonly type = UserNotFound;

  constructor(id: number) {
    super(`User ${id} not found`);
  }
}
