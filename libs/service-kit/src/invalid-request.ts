import { type Fault, InvalidRequest } from '@tracelab/contracts/problem';
import type { z } from 'zod';
import { DomainError } from './domain-error.ts';

/** The request does not have the shape that its contract asks for. Names every fault, not just the first. */
export class InvalidRequestError extends DomainError {
  readonly type = InvalidRequest;
  override readonly faults: readonly Fault[];
  /** The fields that the contract requires and the request lacks, by name. */
  readonly missingFields: readonly string[];

  constructor(place: string, issues: readonly z.core.$ZodIssue[], value?: unknown) {
    const missing = issues.filter(issue => isMissing(issue, value)).map(({ path }) => path.join('.'));
    super(detailOf(missing, issues));
    this.missingFields = missing;
    this.faults = issues.map(issue => ({
      path: [place, ...issue.path].join('.'),
      message: isMissing(issue, value) ? 'is required' : issue.message,
    }));
  }
}

/** Parses what came in at `place` (`body`, `query`, `path`), or throws with every fault. */
export function parseRequest<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  place: string,
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new InvalidRequestError(place, parsed.error.issues, value);
}

function detailOf(missing: readonly string[], issues: readonly z.core.$ZodIssue[]): string {
  if (missing.length > 0) return `Missing required fields: [${missing.map(name => `'${name}'`).join(', ')}]`;
  const [first] = issues;
  if (first === undefined || issues.length > 1) return `${issues.length} of the values sent are not valid`;
  const isOwnWording = first.code === 'custom' || first.code === 'invalid_value' || first.path.length === 0;
  return isOwnWording ? first.message : `${first.path.join('.')}: ${first.message}`;
}

function isMissing({ path }: z.core.$ZodIssue, value: unknown): boolean {
  let at: unknown = value;
  for (const key of path) at = at === null || at === undefined ? undefined : (at as Record<PropertyKey, unknown>)[key];
  return path.length > 0 && at === undefined;
}
