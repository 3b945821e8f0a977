import type { ValidationDetail } from '@tracelab/contracts/perf-tracer';
import type { z } from 'zod';

export type Place = 'body' | 'query' | 'path';

type Words = Pick<ValidationDetail, 'type' | 'msg' | 'ctx'>;

const MISSING: Words = { type: 'missing', msg: 'Field required' };
const NOT_AN_OBJECT: Words = {
  type: 'model_attributes_type',
  msg: 'Input should be a valid dictionary or object to extract fields from',
};
const UNREADABLE_BOOLEAN: Words = {
  type: 'bool_parsing',
  msg: 'Input should be a valid boolean, unable to interpret input',
};
const WRONG_TYPE: Readonly<Record<string, Words>> = {
  string: { type: 'string_type', msg: 'Input should be a valid string' },
  boolean: { type: 'bool_type', msg: 'Input should be a valid boolean' },
  number: { type: 'float_type', msg: 'Input should be a valid number' },
  array: { type: 'list_type', msg: 'Input should be a valid list' },
  object: NOT_AN_OBJECT,
};

/** What zod found, as FastAPI would have told it: the kind, the place, the words, and the value itself. */
export function validationDetails(
  place: Place,
  issues: readonly z.core.$ZodIssue[],
  value: unknown,
): ValidationDetail[] {
  if (value === undefined || value === null) return [{ ...MISSING, loc: [place], input: null }];
  return issues.map(issue => {
    const path = issue.path.map(key => (typeof key === 'symbol' ? String(key) : key));
    const input = at(value, path);
    const loc = [place, ...path];
    if (input === undefined) return { ...MISSING, loc, input: at(value, path.slice(0, -1)) };
    return { ...wordsOf(issue, input), loc, input };
  });
}

function wordsOf(issue: z.core.$ZodIssue, input: unknown): Words {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.expected === 'boolean' && isReadable(input)) return UNREADABLE_BOOLEAN;
      return WRONG_TYPE[issue.expected] ?? { type: issue.code, msg: issue.message };
    case 'too_big':
      return tooBig(issue);
    case 'too_small':
      return tooSmall(issue, input);
    default:
      return { type: issue.code, msg: issue.message };
  }
}

function tooBig({ origin, maximum }: z.core.$ZodIssueTooBig): Words {
  const limit = Number(maximum);
  if (origin === 'string')
    return {
      type: 'string_too_long',
      msg: `String should have at most ${limit} characters`,
      ctx: { max_length: limit },
    };
  if (origin === 'array')
    return { type: 'too_long', msg: `List should have at most ${limit} items`, ctx: { max_length: limit } };
  return { type: 'less_than_equal', msg: `Input should be less than or equal to ${limit}`, ctx: { le: limit } };
}

function tooSmall({ origin, minimum }: z.core.$ZodIssueTooSmall, input: unknown): Words {
  const limit = Number(minimum);
  if (origin !== 'array')
    return { type: 'greater_than_equal', msg: `Input should be greater than or equal to ${limit}`, ctx: { ge: limit } };
  const actual_length = (input as unknown[]).length;
  const msg = `List should have at least ${limit} item after validation, not ${actual_length}`;
  return { type: 'too_short', msg, ctx: { field_type: 'List', min_length: limit, actual_length } };
}

// Of these FastAPI tries to make a boolean, and says that it could not.
const isReadable = (input: unknown): boolean => typeof input === 'string' || Number.isInteger(input);

function at(value: unknown, path: readonly (string | number)[]): unknown {
  let found = value;
  for (const key of path) {
    found =
      typeof found === 'object' && found !== null && Object.hasOwn(found, key)
        ? (found as Record<string | number, unknown>)[key]
        : undefined;
  }
  return found;
}
