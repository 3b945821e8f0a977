import { diag } from '@opentelemetry/api';
import type { ExportWatcher, SpanQueueStats } from './span-queue.ts';

/**
 * Tells once that the backend does not take spans, with the remedy, and once that it takes them again: an outage of an
 * hour is two lines.
 */
export class ExportLog implements ExportWatcher {
  readonly #endpoint: string;
  #lostBefore = 0;
  #isDown = false;

  constructor(endpoint: string) {
    this.#endpoint = endpoint;
  }

  exportFailed(error: Error | undefined): void {
    this.#down(error === undefined ? 'the export failed' : reasonOf(error));
  }

  spansDropped(): void {
    this.#down('the queue of unsent spans is full');
  }

  exportSucceeded({ failed, dropped }: SpanQueueStats): void {
    if (!this.#isDown) return;
    this.#isDown = false;
    const lost = failed + dropped - this.#lostBefore;
    this.#lostBefore = failed + dropped;
    diag.warn(`tracing: ${this.#endpoint} takes spans again; ${lost} spans were lost in between`);
  }

  #down(reason: string): void {
    if (this.#isDown) return;
    this.#isDown = true;
    diag.warn(
      `tracing: spans do not reach ${this.#endpoint} (${reason}). The application is not affected; spans beyond the queue ` +
        'are dropped and counted. Start the backend there, or set OTEL_EXPORTER_OTLP_ENDPOINT or JAEGER_HOST to where it is.',
    );
  }
}

// The code where there is one: an error's message may quote what the backend answered.
function reasonOf(error: Error): string {
  const code = 'code' in error ? error.code : undefined;
  return typeof code === 'string' || typeof code === 'number' ? String(code) : error.message.slice(0, 120);
}
