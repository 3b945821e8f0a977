import { applyDecorators, HttpCode, RequestMapping, RequestMethod } from '@nestjs/common';
import type { EndpointDefinition } from '@tracelab/contracts/endpoint';

/** Serves an endpoint of the contract: its method, its path, its status of success. */
export function Route({ method, path, status = 200 }: EndpointDefinition): MethodDecorator {
  const template = path.replaceAll(/\{(\w+)\}/g, ':$1');
  return applyDecorators(RequestMapping({ method: RequestMethod[method], path: template }), HttpCode(status));
}
