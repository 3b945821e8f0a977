import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace';
import { ConsoleExporter } from '../export/console-exporter.ts';

/** With `--debug`: every span on the console, beside wherever it is sent. */
export class SpanPrinter implements SpanProcessor {
  readonly #console = new ConsoleExporter();

  onStart(): void {
    // Only what is finished can be read.
  }

  onEnd(span: ReadableSpan): void {
    this.#console.export([span], () => undefined);
  }

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}
