import type { EndpointDefinition } from '@tracelab/contracts/endpoint';
import { IdempotencyKey } from '@tracelab/contracts/payment';
import type { z } from 'zod';
import type { JsonSchema } from './json-schema.ts';
import type { Schemas } from './schemas.ts';

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: JsonSchema;
  readonly example?: unknown;
}

/** What stands in the path, the query and the headers of an endpoint's requests. */
export function parametersOf(
  { params, query, takesIdempotencyKey }: EndpointDefinition,
  schemas: Schemas,
): Parameter[] {
  return [
    ...(params ? fieldsOf(params, 'path', schemas) : []),
    ...(query ? fieldsOf(query, 'query', schemas) : []),
    ...(takesIdempotencyKey ? [parameter(schemas.of(IdempotencyKey, 'input'), KEY)] : []),
  ];
}

const KEY = { name: 'Idempotency-Key', in: 'header', required: false } as const;

/** All is text on the wire, so the kind of value comes from what the text is parsed to, and what is needed from before. */
function fieldsOf(schema: z.ZodType, place: 'path' | 'query', schemas: Schemas): Parameter[] {
  const { required = [] } = schemas.of(schema, 'input');
  const { properties = {} } = schemas.of(schema, 'output');
  return Object.entries(properties).map(([name, field]) =>
    parameter(field, { name, in: place, required: required.includes(name) }),
  );
}

function parameter(
  { description, examples: [text] = [], ...schema }: JsonSchema,
  place: Pick<Parameter, 'name' | 'in' | 'required'>,
): Parameter {
  const example = schema.type === 'integer' && text !== undefined ? Number(text) : text;
  return {
    ...place,
    ...(description !== undefined && { description }),
    schema,
    ...(example !== undefined && { example }),
  };
}
