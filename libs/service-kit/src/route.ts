import {
  applyDecorators,
  HttpCode,
  type INestApplicationContext,
  RequestMapping,
  RequestMethod,
  SetMetadata,
} from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { EndpointDefinition } from '@tracelab/contracts/endpoint';

const ENDPOINT = 'tracelab:endpoint';

/** Serves an endpoint of the contract: its method, its path, its status of success. */
export function Route(definition: EndpointDefinition): MethodDecorator {
  const { method, path, status = 200 } = definition;
  const template = path.replaceAll(/\{(\w+)\}/g, ':$1');
  return applyDecorators(
    RequestMapping({ method: RequestMethod[method], path: template }),
    HttpCode(status),
    SetMetadata(ENDPOINT, definition),
  );
}

/** An endpoint as it is served: by which method of which controller. */
export interface ServedEndpoint {
  readonly definition: EndpointDefinition;
  readonly controller: string;
  readonly handler: string;
}

/** Every endpoint that the application serves. */
export function endpointsOf(app: INestApplicationContext): ServedEndpoint[] {
  const modules = [...app.get(ModulesContainer, { strict: false }).values()];
  return modules.flatMap(({ controllers }) => [...controllers.values()]).flatMap(({ metatype }) => servedBy(metatype));
}

function servedBy(controller: unknown): ServedEndpoint[] {
  const { name, prototype } = controller as { name: string; prototype: Record<string, object> };
  return Object.getOwnPropertyNames(prototype).flatMap(handler => {
    const definition = Reflect.getMetadata(ENDPOINT, prototype[handler] ?? {}) as EndpointDefinition | undefined;
    return definition === undefined ? [] : [{ definition, controller: name, handler }];
  });
}
