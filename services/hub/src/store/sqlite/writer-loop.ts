import { type TraceBatch } from '../../otlp/trace-batch.ts';
import { DamagedPartition } from './partition-file.ts';
import { StoreWriter, type StoreWriterOptions } from './store-writer.ts';
import type { WriterReport, WriterRequest } from './thread-messages.ts';

/** Half of the 100 ms within which spans are on disk when the writer keeps up; committing takes the rest. */
const COMMIT_AFTER_MS = 50;
const COMMIT_AFTER_BYTES = 2 * 1024 * 1024;
const RETRY_MS = 500;
const MAX_GROWN = 1000;

type Report = (report: WriterReport) => void;

/** SQLite's codes for what the machine refuses: busy, out of memory, input or output, full, cannot open. */
const DISK_FAULTS = new Set([5, 7, 10, 13, 14]);

function isDiskFault(error: unknown): boolean {
  const { errcode, code } = error as { errcode?: number; code?: string };
  return DISK_FAULTS.has((errcode ?? 0) & 0xff) || code === 'ENOSPC' || code === 'EIO' || code === 'EDQUOT';
}

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
  #lastId = 0;
  #unstorableCount = 0;
  #reportedNames = '';
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
    this.#lastId = id;
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
    this.#attempt(() => {
      this.#writer.commit();
      this.#reportCommitted();
      if (this.#writer.names().join() !== this.#reportedNames) this.#reportFiles();
    });
  }

  #attempt(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#letGo(error);
    if (isDiskFault(error)) this.#block(error);
    else this.#retry();
  }

  // What the others hold goes on without a file that turned out damaged.
  #letGo(error: unknown): void {
    if (error instanceof DamagedPartition) this.#writer.setPartitionAside(error.partition);
    this.#writer.abandon();
  }

  #block(error: unknown): void {
    this.#isBlocked = true;
    this.#report({ type: 'blocked', message: (error as Error).message });
    setTimeout(() => {
      this.#retry();
    }, RETRY_MS);
  }

  // Batches that were committed before the failure are recognised as duplicates. One that cannot be stored for what it
  // is must not keep the others out for good: it is given up and counted.
  #retry(): void {
    let current = -1;
    try {
      this.#writer.open();
      this.#held.forEach(({ batch }, index) => {
        current = index;
        this.#add(batch);
      });
      current = -1;
      this.#writer.commit();
    } catch (error) {
      this.#letGo(error);
      const isBatchToBlame = current >= 0 && !isDiskFault(error) && !(error instanceof DamagedPartition);
      if (isBatchToBlame) {
        this.#held.splice(current, 1);
        this.#unstorableCount++;
      }
      if (isBatchToBlame || error instanceof DamagedPartition) this.#retry();
      else this.#block(error);
      return;
    }
    this.#isBlocked = false;
    this.#reportCommitted();
    this.#reportFiles();
  }

  #reportCommitted(): void {
    const grown = [...this.#grown].map(traceId => Buffer.from(traceId, 'latin1').toString('hex'));
    const upTo = this.#lastId;
    this.#held = [];
    this.#heldBytes = 0;
    this.#grown.clear();
    this.#report({
      type: 'committed',
      upTo,
      counts: this.#writer.counts(),
      unstorableCount: this.#unstorableCount,
      grown,
    });
  }

  #reportFiles(): void {
    const names = this.#writer.names();
    this.#reportedNames = names.join();
    this.#report({ type: 'files', names, setAside: [...this.#writer.setAside], counts: this.#writer.counts() });
  }

  #close(): void {
    this.#commit();
    const lostFrom = this.#isBlocked ? this.#held[0]?.id : undefined;
    if (!this.#isBlocked) this.#writer.close();
    this.#report({ type: 'closed', lostFrom });
  }
}
