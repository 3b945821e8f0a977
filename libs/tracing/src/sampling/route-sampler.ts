import type { Attributes, Context, Link, SpanKind } from '@opentelemetry/api';
import { ParentBasedSampler, TraceIdRatioBasedSampler, createAlwaysRecordSampler } from '@opentelemetry/sdk-trace';
import type { Sampler, SamplingResult } from '@opentelemetry/sdk-trace';
import { ATTR_HTTP_REQUEST_METHOD, ATTR_HTTP_ROUTE } from '@opentelemetry/semantic-conventions';
import { routePattern } from './route-pattern.ts';
import type { RouteRule, Sampling } from './sampling.ts';

/** The SDK's sampler for these rules: parent first, then route, then ratio; recording everything where some is kept later. */
export function samplerFor({ ratio = 1, routes = [], keep }: Sampling): Sampler {
  const root = new ParentBasedSampler({ root: new RouteSampler(routes, ratio) });
  return keep === undefined ? root : createAlwaysRecordSampler(root);
}

interface CompiledRule {
  readonly method: string | undefined;
  readonly fits: (route: string) => boolean;
  readonly sampler: Sampler;
}

/** Chooses by the route template, which a Fastify server span knows at its start. */
class RouteSampler implements Sampler {
  readonly #rules: readonly CompiledRule[];
  readonly #otherwise: Sampler;
  readonly #description: string;

  constructor(rules: readonly RouteRule[], ratio: number) {
    this.#rules = rules.map(compile);
    this.#otherwise = new TraceIdRatioBasedSampler(clamp(ratio));
    this.#description = `RouteSampler{rules=${rules.length},ratio=${ratio}}`;
  }

  // eslint-disable-next-line max-params -- the SDK's interface
  shouldSample(
    parent: Context,
    traceId: string,
    name: string,
    kind: SpanKind,
    attributes: Attributes,
    links: Link[],
  ): SamplingResult {
    return this.#samplerOf(attributes).shouldSample(parent, traceId, name, kind, attributes, links);
  }

  toString(): string {
    return this.#description;
  }

  #samplerOf(attributes: Attributes): Sampler {
    const route = attributes[ATTR_HTTP_ROUTE];
    if (this.#rules.length === 0 || typeof route !== 'string') return this.#otherwise;
    const method = attributes[ATTR_HTTP_REQUEST_METHOD];
    const rule = this.#rules.find(
      ({ method: wanted, fits }) => (wanted === undefined || wanted === method) && fits(route),
    );
    return rule?.sampler ?? this.#otherwise;
  }
}

function compile({ route, method, ratio }: RouteRule): CompiledRule {
  return {
    method: method?.toUpperCase(),
    fits: routePattern(route),
    sampler: new TraceIdRatioBasedSampler(clamp(ratio)),
  };
}

function clamp(ratio: number): number {
  return Number.isFinite(ratio) ? Math.min(1, Math.max(0, ratio)) : 1;
}
