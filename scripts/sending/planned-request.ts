import type { EndpointDefinition, RequestOf } from '@tracelab/contracts/endpoint';
import { statusOf } from '@tracelab/contracts/problem';

/** A request to be sent, and the answers that are no error. */
export interface PlannedRequest {
  /** Method and path template: what requests are counted under. */
  readonly route: string;
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly idempotencyKey?: string;
  /** Refusals that the contract foresees, or that this very request asks for. Success is always expected. */
  readonly expectedStatuses: readonly number[];
}

/** A request through its contract. An answer that the contract foresees, such as a declined card, is no error. */
export function requestTo<Definition extends EndpointDefinition>(
  definition: Definition,
  request: RequestOf<Definition>,
): PlannedRequest {
  const { params, body } = request as { params?: Record<string, unknown>; body?: unknown };
  const path = definition.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(params?.[name])),
  );
  return {
    route: `${definition.method} ${definition.path}`,
    method: definition.method,
    path,
    ...(body === undefined ? {} : { body }),
    expectedStatuses: expectedOf(definition),
  };
}

const known = new WeakMap<EndpointDefinition, readonly number[]>();

function expectedOf(definition: EndpointDefinition): readonly number[] {
  const statuses = known.get(definition) ?? [...new Set((definition.errors ?? []).map(statusOf))];
  known.set(definition, statuses);
  return statuses;
}

export function isExpected({ expectedStatuses }: PlannedRequest, status: number): boolean {
  return (status >= 200 && status < 400) || expectedStatuses.includes(status);
}
