import type { Attributes, Histogram, Meter } from '@opentelemetry/api';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { DurationHistogram, picked } from './duration-metric.ts';
import type { DurationMetric, DurationOptions, DurationSeries } from './duration-metric.ts';

/** The metrics of this process as Prometheus text. It opens no port: the application serves the text where it likes. */
export class MetricsText {
  readonly reader = new PrometheusExporter({ preventServerStart: true });
  readonly #serializer = new PrometheusSerializer();
  readonly #durations: DurationHistogram[] = [];
  readonly #scope: { readonly name: string };

  constructor(scopeName: string) {
    this.#scope = { name: scopeName };
  }

  async text(): Promise<string> {
    const { resourceMetrics } = await this.reader.collect();
    const metrics = this.#durations.map(duration => duration.data()).filter(({ dataPoints }) => dataPoints.length > 0);
    const scopeMetrics = [...resourceMetrics.scopeMetrics, { scope: this.#scope, metrics }];
    return this.#serializer.serialize({ ...resourceMetrics, scopeMetrics });
  }

  duration(options: DurationOptions): DurationMetric {
    const duration = new DurationHistogram(options);
    this.#durations.push(duration);
    return duration;
  }
}

/** A duration in the SDK's own histogram: its readers are not ours where a configuration file names them. */
export class SdkDuration implements DurationMetric {
  readonly #histogram: Histogram;
  readonly #keys: readonly string[];

  constructor(meter: Meter, { name, description, keys, boundaries }: DurationOptions) {
    const advice = { explicitBucketBoundaries: [...boundaries] };
    this.#histogram = meter.createHistogram(name, { description, unit: 's', advice });
    this.#keys = keys;
  }

  record(seconds: number, attributes: Attributes): void {
    this.#histogram.record(seconds, picked(attributes, this.#keys));
  }

  seriesOf(attributes: Attributes): DurationSeries {
    return {
      record: seconds => {
        this.record(seconds, attributes);
      },
    };
  }
}
