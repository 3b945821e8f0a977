import { Unavailable } from '@tracelab/contracts/problem';
import { DomainError } from '@tracelab/service-kit';

/** Postgres is down, restarting, out of connections, or slower than the limits allow. The cause stays in here. */
export class DatabaseUnavailable extends DomainError {
  readonly type = Unavailable;

  constructor(cause: unknown) {
    super('The database does not answer', { cause });
  }
}

const CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  '53300', // too many connections
  '57014', // the statement timeout
  '57P01', // the administrator ends the session
  '57P02', // a crash elsewhere ends it
  '57P03', // still starting, or already stopping
]);

// pg has no code for what its own client notices.
const WORDS =
  /Connection terminated|timeout expired|timeout exceeded when trying to connect|Query read timeout|client has encountered a connection error|not queryable/;

/** Whether the same statement could succeed a moment later, with nothing else changed. */
export function isUnavailable(error: unknown): boolean {
  const { code = '', message = '', errors = [] } = error as Failure;
  return CODES.has(code) || code.startsWith('08') || WORDS.test(message) || errors.some(isUnavailable);
}

interface Failure {
  readonly code?: string;
  readonly message?: string;
  readonly errors?: readonly unknown[];
}
