import { Worker } from 'node:worker_threads';
import { drainRing } from './drain-ring.ts';
import { EventFormatter } from './event-formatter.ts';
import { LogFile } from './log-file.ts';
import type { EventRecord } from './record.ts';
import type { RecordSink } from './record-sink.ts';
import { Owner, RingBuffer } from './ring-buffer.ts';
import { segmentsFor, type SinkOptions } from './sink-options.ts';
import type { WriterThreadData } from './writer-thread.ts';

/** Marks a thread as ours in its worker data, so that it is not traced. */
export const WRITER_THREAD = 'tracelab.function-tracer.writer';

const START_THREAD_AFTER_MS = 20;
const CLOSE_TIMEOUT_MS = 5_000;
const WAKE_AT_FILL = 0.3;

/**
 * Keeps records in a ring buffer that a thread of its own empties into the log. The thread is started only for
 * programs that run a while; what is left at the end is written by the application's thread.
 */
export class RingSink implements RecordSink {
  readonly #options: SinkOptions;
  readonly #ring: RingBuffer;
  #starting: NodeJS.Timeout | undefined;
  #thread: Worker | undefined;
  #writesUntilLook = 0;

  constructor(options: SinkOptions) {
    this.#options = options;
    this.#ring = RingBuffer.allocate(options.bufferBytes);
    this.#starting = setTimeout(() => {
      this.#startThread();
    }, START_THREAD_AFTER_MS).unref();
  }

  write(record: EventRecord, reserve: number): boolean {
    if (--this.#writesUntilLook < 0) this.#look();
    if (this.#ring.write(record, reserve)) return true;
    return this.#options.whenFull === 'block' && this.#waitToWrite(record);
  }

  // A loop that never comes back to the event loop starts no timers.
  #look(): void {
    this.#writesUntilLook = LOOK_EVERY;
    if (this.#ring.fill < WAKE_AT_FILL) return;
    if (this.#thread === undefined) this.#startThread();
    else this.#ring.wake();
  }

  #waitToWrite(record: EventRecord): boolean {
    if (this.#thread === undefined) this.#startThread();
    const deadline = performance.now() + CLOSE_TIMEOUT_MS;
    while (performance.now() < deadline) {
      this.#ring.wake();
      Atomics.wait(PAUSE, 0, 0, 1);
      if (this.#ring.write(record, 0)) return true;
    }
    return false;
  }

  #startThread(): void {
    clearTimeout(this.#starting);
    if (this.#thread !== undefined) return;
    const data: WriterThreadData = { mark: WRITER_THREAD, memory: this.#ring.memory, options: this.#options };
    this.#thread = new Worker(new URL(`./writer-thread${import.meta.url.slice(-3)}`, import.meta.url), {
      workerData: data,
      execArgv: [],
      env: {},
      name: 'function-tracer writer',
    });
    this.#thread.unref();
    this.#thread.on('error', () => undefined);
  }

  flush(): void {
    this.#ring.wake();
  }

  close(): void {
    clearTimeout(this.#starting);
    if (this.#ring.own(Owner.main)) this.#drainHere();
    else this.#ring.closeAndWait(CLOSE_TIMEOUT_MS);
  }

  #drainHere(): void {
    const { format, log } = this.#options;
    try {
      const file = new LogFile(log);
      drainRing(this.#ring, new EventFormatter(format, segmentsFor(this.#options)), file);
      file.close();
    } catch {
      // The log cannot be written; the application goes on.
    }
  }
}

const LOOK_EVERY = 256;
const PAUSE = new Int32Array(new SharedArrayBuffer(4));
