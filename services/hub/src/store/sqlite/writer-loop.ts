import { type TraceBatch } from '../../otlp/trace-batch.ts';
import { StoreWriter, type StoreWriterOptions } from './store-writer.ts';
import type { WriterReport, WriterRequest } from './thread-messages.ts';

/** An acknowledged span is on disk after this at the latest, as long as the writer keeps up. */
export const FLUSH_WINDOW_MS = 100;
/** The timer is shorter by what a large transaction takes to commit. */
const COMMIT_AFTER_MS = 50;
const COMMIT_AFTER_BYTES = 2 * 1024 * 1024;
const RETRY_MS = 500;
const MAX_GROWN = 1000;

type Report = (report: WriterReport) => void;

/**
 * Gathers batches into transactions. When the disk refuses one, its batches are held, and tried again until it takes
 * them: nothing that was acknowledged is given up while the process lives.
 */
export class WriterLoop {
  readonly #writer: StoreWriter;
  readonly #report: Report;
  #held: { readonly id: number; readonly batch: TraceBatch }[] = [];
  #heldBytes = 0;
  #grown = new Set<string>();
  #isWatched = false;
  #isBlocked = false;
  #beganMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: StoreWriterOptions, report: Report) {
    this.#writer = new StoreWriter(options);
    this.#report = report;
    this.#reportFiles();
  }

  take(request: WriterRequest): void {
    switch (request.type) {
      case 'write':
        this.#write(request.id, request.batch);
        return;
      case 'watch':
        this.#isWatched = request.isWatched;
        return;
      case 'set-aside':
        this.#commit();
        this.#writer.setPartitionAside(request.name);
        this.#reportFiles();
        return;
      case 'close':
        this.#close();
        return;
    }
  }

  #write(id: number, batch: TraceBatch): void {
    if (this.#held.length === 0) this.#beganMs = performance.now();
    this.#held.push({ id, batch });
    this.#heldBytes += batch.bytes.length;
    if (this.#isBlocked) return;
    this.#attempt(() => {
      this.#add(batch);
    });
    const isDue = performance.now() - this.#beganMs >= COMMIT_AFTER_MS || this.#heldBytes >= COMMIT_AFTER_BYTES;
    if (isDue) this.#commit();
    else
      this.#timer ??= setTimeout(() => {
        this.#commit();
      }, COMMIT_AFTER_MS);
  }

  #add(batch: TraceBatch): void {
    const grown = this.#writer.write(batch);
    if (!this.#isWatched) return;
    for (const traceId of grown) if (this.#grown.size < MAX_GROWN) this.#grown.add(traceId);
  }

  #commit(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#isBlocked || this.#held.length === 0) return;
    const before = this.#writer.names().join();
    this.#attempt(() => {
      this.#writer.commit();
      this.#reportCommitted();
      if (this.#writer.names().join() !== before) this.#reportFiles();
    });
  }

  #attempt(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#block(error);
    }
  }

  #block(error: unknown): void {
    this.#isBlocked = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writer.abandon();
    this.#report({ type: 'blocked', message: (error as Error).message });
    setTimeout(() => {
      this.#retry();
    }, RETRY_MS);
  }

  // Batches that were committed before the failure are recognised as duplicates.
  #retry(): void {
    try {
      this.#writer.open();
      for (const { batch } of this.#held) this.#add(batch);
      this.#writer.commit();
    } catch {
      this.#writer.abandon();
      setTimeout(() => {
        this.#retry();
      }, RETRY_MS);
      return;
    }
    this.#isBlocked = false;
    this.#reportCommitted();
    this.#reportFiles();
  }

  #reportCommitted(): void {
    const grown = [...this.#grown].map(traceId => Buffer.from(traceId, 'latin1').toString('hex'));
    const upTo = this.#held.at(-1)?.id ?? 0;
    this.#held = [];
    this.#heldBytes = 0;
    this.#grown.clear();
    this.#report({ type: 'committed', upTo, counts: this.#writer.counts(), grown });
  }

  #reportFiles(): void {
    this.#report({ type: 'files', names: this.#writer.names(), setAside: [...this.#writer.setAside] });
  }

  #close(): void {
    this.#commit();
    const lostFrom = this.#isBlocked ? this.#held[0]?.id : undefined;
    if (!this.#isBlocked) this.#writer.close();
    this.#report({ type: 'closed', lostFrom });
  }
}
