import { warnEachTime } from '../diagnostics.ts';
import type { ExportWatcher, SpanQueueStats } from './span-queue.ts';

// A backend that takes every other batch does not fill the application's log.
const QUIET_MS = 60_000;

/**
 * Tells once that the backend does not take spans, with the remedy, and once that it takes them again: an outage of an
 * hour is two lines, and so is the next one.
 */
export class ExportLog implements ExportWatcher {
  readonly #endpoint: string;
  #lostBefore = 0;
  #isTold = false;
  #toldAtMs = -Infinity;

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
    if (!this.#isTold) return;
    this.#isTold = false;
    const lost = failed + dropped - this.#lostBefore;
    this.#lostBefore = failed + dropped;
    warnEachTime(`tracing: ${this.#endpoint} takes spans again; ${lost} spans were lost in between`);
  }

  #down(reason: string): void {
    if (this.#isTold || performance.now() - this.#toldAtMs < QUIET_MS) return;
    this.#isTold = true;
    this.#toldAtMs = performance.now();
    warnEachTime(
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
