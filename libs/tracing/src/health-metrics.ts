import type { Meter, Attributes } from '@opentelemetry/api';
import type { SpanQueueStats } from './export/span-queue.ts';

const component = { 'otel.component.type': 'tracelab_span_queue' };
const queueFull: Attributes = { ...component, 'error.type': 'queue_full' };
const exportFailed: Attributes = { ...component, 'error.type': 'export_failed' };

/** Puts the export's own health beside the other metrics, under the names of the SDK conventions. */
export function observeExport(meter: Meter, stats: () => SpanQueueStats): void {
  meter
    .createObservableUpDownCounter('otel.sdk.processor.span.queue.size', {
      description: 'Finished spans that wait to be sent or are being sent.',
      unit: '{span}',
    })
    .addCallback(result => {
      result.observe(stats().queued, component);
    });
  meter
    .createObservableUpDownCounter('otel.sdk.processor.span.queue.capacity', {
      description: 'Spans that may wait; more are dropped.',
      unit: '{span}',
    })
    .addCallback(result => {
      result.observe(stats().capacity, component);
    });
  meter
    .createObservableCounter('otel.sdk.exporter.span.exported', {
      description: 'Spans that were sent; with error.type, those that were lost and why.',
      unit: '{span}',
    })
    .addCallback(result => {
      const { exported, failed, dropped } = stats();
      result.observe(exported, component);
      result.observe(failed, exportFailed);
      result.observe(dropped, queueFull);
    });
}
