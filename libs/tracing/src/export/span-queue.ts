import { ROOT_CONTEXT, TraceFlags, context } from '@opentelemetry/api';
import { ExportResultCode, suppressTracing } from '@opentelemetry/core';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace';
import type { Outlet } from './outlet.ts';

export interface SpanQueueOptions {
  /** Spans waiting at most; more are dropped and counted. */
  readonly capacity: number;
  readonly batchSize: number;
  /** How long a span waits for company before it is sent. */
  readonly delayMs: number;
}

/** Counts since the start, and the queue's length now. */
export interface SpanQueueStats {
  readonly queued: number;
  readonly capacity: number;
  readonly exported: number;
  /** Spans that the backend refused or never took, after the exporter's own retries. */
  readonly failed: number;
  /** Spans that found the queue full. */
  readonly dropped: number;
}

/** What the queue tells to whoever watches over the export. */
export interface ExportWatcher {
  exportFailed(error: Error | undefined, spans: number): void;
  exportSucceeded(stats: SpanQueueStats): void;
  spansDropped(stats: SpanQueueStats): void;
}

/**
 * So many spans are written one after the other: where requests are short and processes many, the code that does it and what it knows of attributes have
 * left the processor's caches each time. More would be there when the collector comes.
 */
const PACKED_TOGETHER = 16;

/**
 * Sends finished spans in batches, one at a time, from a bounded queue. The SDK's BatchSpanProcessor does the same but keeps its
 * spans to itself: here the unsent ones can be taken out, which is what saves them when the process exits at once.
 */
export class SpanQueue<Waiting> implements SpanProcessor {
  readonly #outlet: Outlet<Waiting>;
  readonly #options: SpanQueueOptions;
  readonly #watcher: ExportWatcher;
  /** The latest, as they ended. */
  #ended: ReadableSpan[] = [];
  #waiting: Waiting[] = [];
  #sending: readonly Waiting[] = [];
  #current: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  #exported = 0;
  #failed = 0;
  #dropped = 0;

  constructor(outlet: Outlet<Waiting>, options: SpanQueueOptions, watcher: ExportWatcher) {
    this.#outlet = outlet;
    this.#options = options;
    this.#watcher = watcher;
  }

  get stats(): SpanQueueStats {
    return {
      queued: this.#unsentCount + this.#sending.length,
      capacity: this.#options.capacity,
      exported: this.#exported,
      failed: this.#failed,
      dropped: this.#dropped,
    };
  }

  onStart(): void {
    // Only finished spans are sent.
  }

  onEnd(span: ReadableSpan): void {
    if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0) this.add(span);
  }

  /** Queues a finished span whatever its sampled flag says. */
  add(span: ReadableSpan): void {
    if (this.#isClosed) return;
    if (this.#unsentCount >= this.#options.capacity) {
      this.#dropped++;
      this.#watcher.spansDropped(this.stats);
      return;
    }
    this.#ended.push(span);
    if (this.#ended.length >= PACKED_TOGETHER) this.#pack();
    if (this.#current === undefined) this.#schedule();
  }

  /** Everything not yet accepted by the backend, the batch under way included. It is the caller's from now on. */
  takeUnsent(): Waiting[] {
    this.#pack();
    const unsent = [...this.#sending, ...this.#waiting];
    this.#sending = [];
    this.#waiting = [];
    return unsent;
  }

  /** Counts what became of spans that were taken. */
  countTaken(spans: number, { areSent }: { readonly areSent: boolean }): void {
    if (areSent) this.#exported += spans;
    else this.#failed += spans;
  }

  async forceFlush(): Promise<void> {
    while (this.#current !== undefined || this.#unsentCount > 0) await (this.#current ?? this.#send());
  }

  async shutdown(): Promise<void> {
    if (this.#isClosed) return;
    await this.forceFlush();
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#outlet.shutdown();
  }

  get #unsentCount(): number {
    return this.#waiting.length + this.#ended.length;
  }

  #pack(): void {
    const ended = this.#ended;
    this.#ended = [];
    for (const span of ended) {
      try {
        this.#waiting.push(this.#outlet.pack(span));
      } catch (error) {
        // The application may be in the middle of its work here, which no attribute of a span may end.
        this.#failed++;
        this.#watcher.exportFailed(error instanceof Error ? error : undefined, 1);
      }
    }
  }

  #schedule(): void {
    if (this.#unsentCount >= this.#options.batchSize) {
      void this.#send();
      return;
    }
    this.#timer ??= setTimeout(() => void this.#send(), this.#options.delayMs).unref();
  }

  // Never rejects: a failed export is counted and told to the watcher.
  #send(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#pack();
    if (this.#waiting.length === 0) return Promise.resolve();
    this.#sending = this.#waiting.splice(0, this.#options.batchSize);
    this.#current = this.#export(this.#sending).then(() => {
      this.#sending = [];
      this.#current = undefined;
      if (this.#unsentCount > 0) this.#schedule();
    });
    return this.#current;
  }

  #export(spans: readonly Waiting[]): Promise<void> {
    return new Promise(resolve => {
      // Outside every request, so that a batch's context does not keep the request alive that happened to fill it.
      context.with(suppressTracing(ROOT_CONTEXT), () => {
        this.#outlet.export([...spans], ({ code, error }) => {
          if (code === ExportResultCode.SUCCESS) {
            this.#exported += spans.length;
            this.#watcher.exportSucceeded(this.stats);
          } else {
            this.#failed += spans.length;
            this.#watcher.exportFailed(error, spans.length);
          }
          resolve();
        });
      });
    });
  }
}
