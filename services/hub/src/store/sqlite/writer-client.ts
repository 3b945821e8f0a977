import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

import { sizeBytesOf, spanCountOf, type TraceBatch } from '../../otlp/trace-batch.ts';
import { StoreUnavailable } from '../trace-store.ts';
import type { StoreWriterOptions, WriterCounts } from './store-writer.ts';
import type { WriterReport, WriterRequest } from './thread-messages.ts';
import { THREAD_ARGUMENTS, threadUrl } from './thread-url.ts';

interface PendingWrite {
  readonly id: number;
  readonly sizeBytes: number;
  readonly spanCount: number;
  readonly sinceMs: number;
  readonly resolve: (value: undefined) => void;
  readonly reject: (error: Error) => void;
}

export interface WriterClientOptions extends StoreWriterOptions {
  /** Bound of the thread's heap. */
  readonly heapMegabytes?: number;
}

/** What the owner of the writer hears. */
export interface WriterListener {
  /** Which files there are, and which were set aside. */
  files(names: readonly string[], setAside: readonly string[]): void;
  grown(traceIds: readonly string[]): void;
  /** Something that whoever runs the hub should read. */
  warn(message: string): void;
  /** The writer cannot be kept running. */
  giveUp(error: WriterLost): void;
}

/** The writer's thread ended again and again. */
export class WriterLost extends Error {
  readonly code = 'WriterLost';

  constructor(options: ErrorOptions) {
    super('the thread that writes spans cannot be kept running, so nothing more would be stored', options);
  }
}

/** When the writer is this far behind, nothing more is taken: what waits is what a killed process loses. */
const MAX_LAG_MS = 1000;
/** A thread that ends so often before it has written anything would go on ending. */
const MAX_ENDS = 3;
const RESTART_MS = 200;

const NOTHING: WriterCounts = {
  spanCount: 0,
  traceCount: 0,
  duplicateCount: 0,
  evictedSpanCount: 0,
  diskBytes: 0,
  oldestStartMs: undefined,
  files: [],
};

/**
 * The writer's thread seen from outside: takes batches within a bound, and starts a new thread when one ends without
 * being asked to. Batches are handed over, not copied, so what a thread had not written when it ended is lost with it,
 * as it would be with the process.
 */
export class WriterClient {
  counts = NOTHING;
  /** Batches given up because storing them failed for what they are. */
  unstorableCount = 0;
  /** Spans that were accepted and went with a thread that ended. */
  lostSpanCount = 0;
  queueBytes = 0;
  readonly #options: WriterClientOptions;
  readonly #listener: WriterListener;
  readonly #pending: PendingWrite[] = [];
  #worker: Worker;
  #nextId = 1;
  #ends = 0;
  #isWatched = false;
  #unavailable: StoreUnavailable['reason'] | undefined;
  #hasOpened = false;
  #isRunning = false;
  readonly #ready = Promise.withResolvers<undefined>();

  constructor(options: WriterClientOptions, listener: WriterListener) {
    this.#options = options;
    this.#listener = listener;
    this.#worker = this.#start();
  }

  /** Resolves when the first thread has opened its files; rejects when it cannot. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** Age of the oldest batch that is not durable. */
  get lagMs(): number {
    const oldest = this.#pending[0];
    return oldest === undefined ? 0 : performance.now() - oldest.sinceMs;
  }

  write(batch: TraceBatch): Promise<void> {
    if (this.#unavailable !== undefined) throw new StoreUnavailable(this.#unavailable);
    const sizeBytes = sizeBytesOf(batch);
    // One batch is always taken, however large, or it would never be.
    const isBehind = this.queueBytes + sizeBytes > this.#options.memoryBytes / 16 || this.lagMs > MAX_LAG_MS;
    if (this.#pending.length > 0 && isBehind) throw new StoreUnavailable('overloaded');
    const id = this.#nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    this.queueBytes += sizeBytes;
    this.#pending.push({ id, sizeBytes, spanCount: spanCountOf(batch), sinceMs: performance.now(), resolve, reject });
    this.#send({ type: 'write', id, batch }, [batch.bytes.buffer as ArrayBuffer, batch.table.buffer as ArrayBuffer]);
    return promise;
  }

  watch(isWatched: boolean): void {
    this.#isWatched = isWatched;
    this.#send({ type: 'watch', isWatched });
  }

  setAside(name: string): void {
    this.#send({ type: 'set-aside', name });
  }

  async close(): Promise<void> {
    this.#unavailable = 'closed';
    if (!this.#isRunning) return;
    const exited = once(this.#worker, 'exit');
    this.#send({ type: 'close' });
    await exited;
  }

  #start(): Worker {
    const { heapMegabytes = 96, ...workerData } = this.#options;
    const worker = new Worker(threadUrl('writer-thread'), {
      workerData,
      execArgv: [...THREAD_ARGUMENTS],
      resourceLimits: { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: heapMegabytes },
    });
    this.#isRunning = true;
    let cause: unknown;
    worker.on('message', (report: WriterReport) => {
      this.#hear(report);
    });
    worker.on('error', (error: unknown) => {
      cause = error;
    });
    worker.on('exit', code => {
      this.#isRunning = false;
      if (this.#unavailable !== 'closed') this.#end(cause ?? new Error(`it ended with code ${code}`));
    });
    return worker;
  }

  #send(request: WriterRequest, transfer: readonly ArrayBuffer[] = []): void {
    this.#worker.postMessage(request, [...transfer]);
  }

  #hear(report: WriterReport): void {
    switch (report.type) {
      case 'files':
        this.#hasOpened = true;
        this.counts = report.counts;
        this.#ready.resolve(undefined);
        if (this.#unavailable === 'restarting') this.#unavailable = undefined;
        this.#listener.files(report.names, report.setAside);
        return;
      case 'committed':
        this.#ends = 0;
        this.#settle(report.upTo);
        this.counts = report.counts;
        this.unstorableCount = report.unstorableCount;
        if (this.#unavailable === 'disk-full') this.#unavailable = undefined;
        if (report.grown.length > 0) this.#listener.grown(report.grown);
        return;
      case 'blocked':
        this.#unavailable ??= 'disk-full';
        return;
      case 'closed':
        this.#lose('closed');
        return;
    }
  }

  #settle(upTo: number): void {
    for (let next = this.#pending[0]; next !== undefined && next.id <= upTo; next = this.#pending[0]) {
      this.#pending.shift();
      this.queueBytes -= next.sizeBytes;
      next.resolve(undefined);
    }
  }

  /** Tells those who wait that their spans are not stored; returns how many spans that were. */
  #lose(reason: StoreUnavailable['reason']): number {
    const lost = this.#pending.splice(0);
    for (const { reject } of lost) reject(new StoreUnavailable(reason));
    this.queueBytes = 0;
    const spanCount = lost.reduce((sum, write) => sum + write.spanCount, 0);
    this.lostSpanCount += spanCount;
    return spanCount;
  }

  #end(cause: unknown): void {
    if (!this.#hasOpened) {
      this.#ready.reject(cause);
      return;
    }
    this.#unavailable = 'restarting';
    const lostSpans = this.#lose('restarting');
    this.#ends++;
    const { message } = cause as Error;
    this.#listener.warn(
      `the thread that writes spans ended (${message}); ${lostSpans} spans that were not on disk yet are lost`,
    );
    if (this.#ends < MAX_ENDS) void this.#restart();
    else this.#listener.giveUp(new WriterLost({ cause }));
  }

  async #restart(): Promise<void> {
    await sleep(RESTART_MS);
    if (this.#unavailable === 'closed') return;
    this.#worker = this.#start();
    this.watch(this.#isWatched);
  }
}
