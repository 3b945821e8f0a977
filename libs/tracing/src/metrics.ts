import type { Attributes, Counter as OtelCounter, Histogram as OtelHistogram } from '@opentelemetry/api';
import { currentRuntime } from './runtime.ts';

export interface MetricOptions {
  readonly description?: string;
  /** UCUM, such as `s`, `By`, `{order}`. */
  readonly unit?: string;
}

/** A number that only grows: orders created, payments declined. */
export interface Counter {
  add(count?: number, attributes?: Attributes): void;
}

/** A distribution: amounts, sizes, durations. */
export interface Histogram {
  record(value: number, attributes?: Attributes): void;
}

/** A business counter, on `/metrics`. May be made before tracing starts, and counts nothing where it never does. */
export function counter(name: string, options: MetricOptions = {}): Counter {
  return new LazyCounter(name, options);
}

/** A business histogram, on `/metrics`; as lazy as `counter`. */
export function histogram(name: string, options: MetricOptions = {}): Histogram {
  return new LazyHistogram(name, options);
}

/** Everything measured so far, in the Prometheus text format; empty where metrics are off. */
export async function metricsText(): Promise<string> {
  return (await currentRuntime()?.metrics?.text()) ?? '';
}

/** The media type that goes with `metricsText`. */
export const metricsContentType = 'text/plain; version=0.0.4; charset=utf-8';

class LazyCounter implements Counter {
  readonly #name: string;
  readonly #options: MetricOptions;
  #counter: OtelCounter | undefined;

  constructor(name: string, options: MetricOptions) {
    this.#name = name;
    this.#options = options;
  }

  add(count = 1, attributes?: Attributes): void {
    this.#counter ??= currentRuntime()?.meter.createCounter(this.#name, this.#options);
    this.#counter?.add(count, attributes);
  }
}

class LazyHistogram implements Histogram {
  readonly #name: string;
  readonly #options: MetricOptions;
  #histogram: OtelHistogram | undefined;

  constructor(name: string, options: MetricOptions) {
    this.#name = name;
    this.#options = options;
  }

  record(value: number, attributes?: Attributes): void {
    this.#histogram ??= currentRuntime()?.meter.createHistogram(this.#name, this.#options);
    this.#histogram?.record(value, attributes);
  }
}
