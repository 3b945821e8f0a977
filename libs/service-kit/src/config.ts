import { z } from 'zod';

/** A setting is missing or wrong. Names every fault at once and no value: a value may be a secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'ConfigError';

  constructor(faults: readonly string[]) {
    super(['Invalid settings, fix these and start again:', ...faults.map(fault => `  ${fault}`)].join('\n'));
  }
}

/** Parses the environment once, at start-up. An empty string counts as unset, as docker compose passes it. */
export function parseEnv<Schema extends z.ZodType>(schema: Schema, env: NodeJS.ProcessEnv): z.output<Schema> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new ConfigError(parsed.error.issues.map(issue => faultOf(issue, given)));
}

/** A number in text: unlike z.coerce, "abc" is told as "expected a number", and "" or "1e3px" never slip through. */
export const numeric = (inner: z.ZodNumber = z.number()) =>
  z
    .string()
    .regex(/^-?\d+(\.\d+)?$/, 'expected a number')
    .transform(Number)
    .pipe(inner);

export const port = () => numeric(z.int().min(0).max(65_535));

/** Durations are settings in whole milliseconds. */
export const milliseconds = () => numeric(z.int().min(0));

/** `true`, `1`, `yes` and `on` are true, their opposites false, in any case. */
export const flag = () => z.stringbool({ error: 'expected true or false' });

function faultOf(issue: z.core.$ZodIssue, given: Record<string, unknown>): string {
  const name = issue.path.join('.');
  const isMissing = issue.code === 'invalid_type' && !(name in given);
  return `${name}: ${isMissing ? 'is required' : wordsOf(issue)}`;
}

// zod quotes the offending value for some codes only (unrecognized_keys, literal); none of them names a value here,
// but a message made by a custom check could, so only the codes with fixed words pass through.
function wordsOf({ code, message }: z.core.$ZodIssue): string {
  return code === 'custom' ? 'is not valid' : message;
}
