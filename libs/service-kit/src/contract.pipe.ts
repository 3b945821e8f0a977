import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import type { z } from 'zod';
import { parseRequest } from './invalid-request.ts';

const PLACES = { body: 'body', rawbody: 'body', query: 'query', param: 'path', custom: 'request' } as const;

/**
 * Parses what a handler's parameter declares (`@Body({ schema })`). Nest's own schema pipe does not tell its error
 * factory where the value stood; a caller who sent both a query and a body needs to know.
 */
@Injectable()
export class ContractPipe implements PipeTransform {
  transform(value: unknown, { type, schema }: ArgumentMetadata): unknown {
    if (schema === undefined) return value;
    return parseRequest(schema as unknown as z.ZodType, value, PLACES[type]);
  }
}
