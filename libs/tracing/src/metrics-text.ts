import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';

/** The metrics of this process as Prometheus text. It opens no port: the application serves the text where it likes. */
export class MetricsText {
  readonly reader = new PrometheusExporter({ preventServerStart: true });
  readonly #serializer = new PrometheusSerializer();

  async text(): Promise<string> {
    const { resourceMetrics } = await this.reader.collect();
    return this.#serializer.serialize(resourceMetrics);
  }
}
