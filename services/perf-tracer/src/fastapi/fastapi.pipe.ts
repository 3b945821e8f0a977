import type { PipeTransform } from '@nestjs/common';
import { InvalidRequest } from '@tracelab/contracts/problem';
import { DomainError } from '@tracelab/service-kit';
import type { z } from 'zod';
import { laxBooleans } from './lax-booleans.ts';
import { type Place, validationDetails } from './validation-details.ts';

class InvalidInput extends DomainError {
  readonly type = InvalidRequest;
  // In place of the problem's words: speakFastApi sends what stands here.
  override readonly members;

  constructor(detail: ReturnType<typeof validationDetails>) {
    super('The request is not valid');
    this.members = { detail };
  }
}

/** Parses a part of the request by its contract, and tells what is wrong with it in FastAPI's words. */
export class FastApiPipe implements PipeTransform {
  readonly #place: Place;
  readonly #schema: z.ZodType;

  constructor(place: Place, schema: z.ZodType) {
    this.#place = place;
    this.#schema = schema;
  }

  transform(value: unknown): unknown {
    const parsed = this.#schema.safeParse(laxBooleans(value));
    if (parsed.success) return parsed.data;
    throw new InvalidInput(validationDetails(this.#place, parsed.error.issues, value));
  }
}
