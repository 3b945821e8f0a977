import type { EndpointDefinition, ResponseOf } from '@tracelab/contracts/endpoint';
import type { Outcome } from './outcome.ts';

/** What an endpoint answered, parsed by its contract; undefined where it did not answer with success. */
export function answerOf<Definition extends EndpointDefinition>(
  definition: Definition,
  outcome: Outcome,
): ResponseOf<Definition> | undefined {
  if (outcome.kind === 'failed' || outcome.status >= 400) return undefined;
  const parsed = definition.response.safeParse(jsonOf(outcome.body));
  return parsed.success ? (parsed.data as ResponseOf<Definition>) : undefined;
}

/** Undefined where the text is no JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
