import { type ArgumentMetadata, type PipeTransform, UnprocessableEntityException } from '@nestjs/common';
import type { z } from 'zod';

/** Parses what a parameter declares, such as `@Body({ schema })`; 422 names every fault. */
export class SchemaPipe implements PipeTransform {
  transform(value: unknown, { type, schema }: ArgumentMetadata): unknown {
    if (schema === undefined) return value;
    // Nest knows any standard schema; here all are zod's, whose own parse tells more of a fault.
    const { success, data, error } = (schema as unknown as z.ZodType).safeParse(value);
    if (success) return data;
    const detail = error.issues.map(({ path, message }) => ({ loc: [type, ...path.map(String)], msg: message }));
    throw new UnprocessableEntityException({ detail });
  }
}
