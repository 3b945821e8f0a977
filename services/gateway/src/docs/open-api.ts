import type { EndpointDefinition } from '@tracelab/contracts/endpoint';
import type { ServedEndpoint } from '@tracelab/service-kit';
import { type Parameter, parametersOf } from './parameters.ts';
import { type Content, type Response, responsesOf } from './responses.ts';
import type { JsonSchema } from './json-schema.ts';
import { Schemas } from './schemas.ts';

export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly required: true; readonly content: Readonly<Record<string, Content>> };
  readonly responses: Readonly<Record<string, Response>>;
}

export interface OpenApiDocument {
  readonly openapi: '3.1.1';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
}

/** The contracts of what is served, as OpenAPI. */
export function openApiOf(served: readonly ServedEndpoint[], info: OpenApiDocument['info']): OpenApiDocument {
  const schemas = new Schemas();
  const paths: Record<string, Record<string, Operation>> = {};
  for (const endpoint of served.toSorted(byPath)) {
    const { path, method } = endpoint.definition;
    (paths[path] ??= {})[method.toLowerCase()] = operationOf(endpoint, schemas);
  }
  return { openapi: '3.1.1', info, paths, components: { schemas: schemas.named } };
}

const byPath = ({ definition: a }: ServedEndpoint, { definition: b }: ServedEndpoint): number =>
  a.path.localeCompare(b.path);

function operationOf({ definition, controller, handler }: ServedEndpoint, schemas: Schemas): Operation {
  const requestBody = bodyOf(definition, schemas);
  return {
    operationId: `${controller.replace('Controller', '').toLowerCase()}_${handler}`,
    summary: definition.summary,
    tags: [tagOf(definition)],
    parameters: parametersOf(definition, schemas),
    ...(requestBody && { requestBody }),
    responses: responsesOf(definition, schemas),
  };
}

function bodyOf({ body }: EndpointDefinition, schemas: Schemas): Operation['requestBody'] {
  if (body === undefined) return undefined;
  const schema = schemas.of(body, 'input');
  return { required: true, content: { 'application/json': { schema, example: schemas.exampleOf(schema) } } };
}

/** The collection that the path is about. */
function tagOf({ path }: EndpointDefinition): string {
  const [, first = ''] = path.split('/');
  return first === '' || first === 'health' ? 'service' : first;
}
