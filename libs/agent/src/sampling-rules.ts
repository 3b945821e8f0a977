import { SpanKind } from '@opentelemetry/api';
import type { Attributes, Context, Link } from '@opentelemetry/api';
import {
  AlwaysOnSampler,
  ParentBasedSampler,
  SamplingDecision,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';
import type { Sampler, SamplingResult } from '@opentelemetry/sdk-trace';
import { ATTR_URL_PATH } from '@opentelemetry/semantic-conventions';

/** What the control page shows and changes. */
export interface SamplingSettings {
  readonly sampleRate: number;
  readonly ignorePaths: readonly string[];
}

/**
 * The agent's sampler: no span for requests to ignored paths, whoever calls, and nothing below them; else the caller's decision, else
 * the rate. Its settings may change at any time and count from the next trace on.
 */
export class SamplingRules implements Sampler {
  #settings: SamplingSettings;
  #byRate: Sampler;
  #isIgnored: (path: string) => boolean;

  constructor(settings: SamplingSettings) {
    this.#settings = settings;
    this.#byRate = byRate(settings.sampleRate);
    this.#isIgnored = matcherOf(settings.ignorePaths);
  }

  get settings(): SamplingSettings {
    return this.#settings;
  }

  change(changes: Partial<SamplingSettings>): void {
    this.#settings = { ...this.#settings, ...changes };
    this.#byRate = byRate(this.#settings.sampleRate);
    this.#isIgnored = matcherOf(this.#settings.ignorePaths);
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
    const path = attributes[ATTR_URL_PATH];
    if (kind === SpanKind.SERVER && typeof path === 'string' && this.#isIgnored(path))
      return { decision: SamplingDecision.NOT_RECORD };
    return this.#byRate.shouldSample(parent, traceId, name, kind, attributes, links);
  }

  toString(): string {
    return `SamplingRules{rate=${this.#settings.sampleRate},ignored=${this.#settings.ignorePaths.length}}`;
  }
}

function byRate(rate: number): Sampler {
  // Not by ratio where all are wanted: that one reads the whole trace id first.
  return new ParentBasedSampler({ root: rate === 1 ? new AlwaysOnSampler() : new TraceIdRatioBasedSampler(rate) });
}

function matcherOf(paths: readonly string[]): (path: string) => boolean {
  if (paths.length === 0) return () => false;
  const exact = new Set(paths.filter(path => !path.endsWith('*')));
  const prefixes = paths.filter(path => path.endsWith('*')).map(path => path.slice(0, -1));
  return path => exact.has(path) || prefixes.some(prefix => path.startsWith(prefix));
}
