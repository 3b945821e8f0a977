import { STATUS_CODES } from 'node:http';
import type { EndpointDefinition } from '@tracelab/contracts/endpoint';
import {
  BODY_ERRORS,
  Fault,
  InvalidRequest,
  Problem,
  type ProblemType,
  REQUEST_ERRORS,
  SHARED_ERRORS,
  statusOf,
  uriOf,
} from '@tracelab/contracts/problem';
import type { JsonSchema } from './json-schema.ts';
import type { Schemas } from './schemas.ts';

export interface Content {
  readonly schema: JsonSchema;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly summary: string; readonly value: unknown }>>;
}

export interface Response {
  readonly description: string;
  readonly content: Readonly<Record<string, Content>>;
}

/** By status: the answer, and every problem that there can be instead. */
export function responsesOf(endpoint: EndpointDefinition, schemas: Schemas): Record<string, Response> {
  const { summary, status = 200, alsoAnswers = [] } = endpoint;
  const schema = schemas.of(endpoint.response, 'output');
  const content = { 'application/json': { schema, example: schemas.exampleOf(schema) } };
  const problems = Map.groupBy(errorsOf(endpoint), statusOf);
  const failures = [...problems].sort(([a], [b]) => a - b);
  return {
    [status]: { description: summary, content },
    ...Object.fromEntries(failures.map(([each, types]) => [each, failureOf(types, endpoint, schemas)])),
    ...Object.fromEntries(alsoAnswers.map(each => [each, { description: STATUS_CODES[each] ?? summary, content }])),
  };
}

/** Every problem that the endpoint can answer with, once. */
export function errorsOf({ errors = [], ...endpoint }: EndpointDefinition): ProblemType[] {
  const isAsked = [endpoint.params, endpoint.query, endpoint.body].some(part => part !== undefined);
  const all = [...errors, ...(isAsked ? REQUEST_ERRORS : []), ...(endpoint.body ? BODY_ERRORS : []), ...SHARED_ERRORS];
  return [...new Map(all.map(type => [type.code, type])).values()];
}

function failureOf(types: readonly ProblemType[], endpoint: EndpointDefinition, schemas: Schemas): Response {
  const description = types.map(({ code, title }) => `**${code}**: ${title}`).join('\n\n');
  if (endpoint.errorBody) {
    const schema = schemas.of(endpoint.errorBody, 'output');
    return { description, content: { 'application/json': { schema, example: schemas.exampleOf(schema) } } };
  }
  const members = [endpoint.failure, ...types.map(type => type.members)].filter(each => each !== undefined);
  const own = members.map(schema => schemas.of(schema, 'output'));
  const standard = schemas.of(Problem, 'output');
  const examples = types.map(type => [type.code, exampleOf(type, endpoint, schemas)] as const);
  return {
    description,
    content: {
      'application/problem+json': {
        // Of several problems under one status each has its own members, so none can be required of all.
        schema: own.length === 0 ? standard : { allOf: [standard, { anyOf: [...own, {}] }] },
        examples: Object.fromEntries(examples),
      },
    },
  };
}

function exampleOf(type: ProblemType, { failure }: EndpointDefinition, schemas: Schemas) {
  const parts = [type.members, failure].filter(each => each !== undefined);
  const members = parts.map(each => schemas.exampleOf(schemas.of(each, 'output')));
  const value = {
    type: uriOf(type),
    title: type.title,
    status: statusOf(type),
    detail: type.title,
    code: type.code,
    ...(type.code === InvalidRequest.code && { errors: [schemas.exampleOf(schemas.of(Fault, 'output'))] }),
    ...(Object.assign({}, ...members) as object),
  };
  return { summary: type.title, value };
}
