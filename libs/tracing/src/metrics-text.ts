import type { Attributes, Histogram, Meter } from '@opentelemetry/api';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import type { HistogramMetricData } from '@opentelemetry/sdk-metrics';
import { DurationHistogram, picked } from './duration-metric.ts';
import type { DurationMetric, DurationOptions, DurationSeries } from './duration-metric.ts';

/** The metrics of this process as Prometheus text. It opens no port: the application serves the text where it likes. */
export class MetricsText {
  readonly reader = new PrometheusExporter({ preventServerStart: true });
  readonly #serializer = new PrometheusSerializer();
  readonly #durations = new Map<string, DurationHistogram>();
  readonly #scope: { readonly name: string };

  constructor(scopeName: string) {
    this.#scope = { name: scopeName };
  }

  async text(): Promise<string> {
    const { resourceMetrics } = await this.reader.collect();
    const scopeMetrics = [...resourceMetrics.scopeMetrics, { scope: this.#scope, metrics: this.#measured() }];
    return this.#serializer.serialize({ ...resourceMetrics, scopeMetrics });
  }

  /** Asked for again, as by each client and each server of a process, it is the same: Prometheus takes a series once. */
  duration(options: DurationOptions): DurationMetric {
    const id = [options.name, ...options.keys].join();
    const duration = this.#durations.get(id) ?? new DurationHistogram(options);
    this.#durations.set(id, duration);
    return duration;
  }

  // Databases are told apart by other keys each, under one name.
  #measured(): HistogramMetricData[] {
    const measured = [...this.#durations.values()].map(duration => duration.data());
    const byName = Map.groupBy(measured, ({ descriptor }) => descriptor.name);
    return [...byName.values()].flatMap(([first, ...others]) => {
      if (first === undefined) return [];
      const dataPoints = [first, ...others].flatMap(one => one.dataPoints);
      return dataPoints.length === 0 ? [] : { ...first, dataPoints };
    });
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
