import { setAttributes } from '@tracelab/tracing';
import type { z } from 'zod';
import { InvalidRequestError, parseRequest } from './invalid-request.ts';

const SUCCESS = 'validation.success';
const MISSING_FIELDS = 'validation.missing_fields';
const ERROR = 'validation.error';

/** Parses a body inside the step that checks it, and writes on the step's span how it came out. */
export function validated<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  try {
    const parsed = parseRequest(schema, body, 'body');
    setAttributes({ [SUCCESS]: true });
    return parsed;
  } catch (error) {
    if (error instanceof InvalidRequestError) setAttributes(failureOf(error));
    throw error;
  }
}

function failureOf({ missingFields, faults }: InvalidRequestError) {
  if (missingFields.length > 0) return { [SUCCESS]: false, [MISSING_FIELDS]: [...missingFields] };
  const fields = faults.map(({ path }) => path.replace(/^body\.?/, '').split('.')[0]);
  return { [SUCCESS]: false, [ERROR]: `invalid_${fields[0] === '' ? 'body' : fields[0]}` };
}
