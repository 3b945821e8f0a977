import { Worker } from 'node:worker_threads';
import { now } from '../runtime/clock.ts';
import { messageOf, warnOnce } from '../warning.ts';
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
 * programs that run a while; what is left at the end is written by the application's thread, and everything where the
 * program may not start threads.
 */
export class RingSink implements RecordSink {
  readonly #options: SinkOptions;
  readonly #ring: RingBuffer;
  readonly #formatter: EventFormatter;
  readonly #log: LogFile;
  #timer: NodeJS.Timeout;
  #thread: Worker | undefined;
  /** Whether this thread does the emptying, because there can be no other. */
  #isAlone = false;
  /** Nobody empties any more. */
  #isDead = false;
  #writesUntilLook = 0;

  /** Throws when the log cannot be opened: the thread would be the only one to know. */
  constructor(options: SinkOptions) {
    this.#options = options;
    this.#log = new LogFile(options.log);
    this.#formatter = new EventFormatter(options.format, segmentsFor(options));
    this.#ring = RingBuffer.allocate(options.bufferBytes);
    this.#timer = setTimeout(() => {
      this.#startThread();
    }, START_THREAD_AFTER_MS).unref();
  }

  write(record: EventRecord, reserve: number): boolean {
    if (this.#isDead) return false;
    if (--this.#writesUntilLook < 0) this.#look();
    if (this.#ring.write(record, reserve)) return true;
    return (this.#isAlone || this.#options.whenFull === 'block') && this.#waitToWrite(record);
  }

  // A loop that never comes back to the event loop starts no timers.
  #look(): void {
    this.#writesUntilLook = LOOK_EVERY;
    if (this.#ring.fill < WAKE_AT_FILL) return;
    if (this.#thread === undefined) this.#startThread();
    this.flush();
  }

  #waitToWrite(record: EventRecord): boolean {
    if (this.#thread === undefined) this.#startThread();
    const deadline = now() + CLOSE_TIMEOUT_MS;
    while (now() < deadline && !this.#isDead) {
      this.flush();
      if (!this.#isAlone) Atomics.wait(PAUSE, 0, 0, 1);
      if (this.#ring.write(record, 0)) return true;
      // Its error is told to the event loop, which this loop keeps from turning.
      if (this.#ring.isDone) this.#isDead = true;
    }
    return false;
  }

  #startThread(): void {
    if (this.#thread !== undefined || this.#isAlone) return;
    clearTimeout(this.#timer);
    try {
      this.#thread = this.#newThread();
    } catch (error) {
      warnOnce('FLOWTRACE_LOG', `FlowTrace writes its log from the application's own thread: ${messageOf(error)}`);
      this.#isAlone = this.#ring.own(Owner.main);
      this.#timer = setInterval(() => {
        this.flush();
      }, ALONE_FLUSH_MS).unref();
    }
  }

  #newThread(): Worker {
    const data: WriterThreadData = { mark: WRITER_THREAD, memory: this.#ring.memory, options: this.#options };
    const thread = new Worker(new URL(`./writer-thread${import.meta.url.slice(-3)}`, import.meta.url), {
      workerData: data,
      execArgv: [],
      env: {},
      name: 'function-tracer writer',
    });
    thread.on('message', (warning: string) => {
      warnOnce('FLOWTRACE_LOG', warning);
    });
    thread.on('error', error => {
      this.#die(error);
    });
    // To listen to messages takes it back.
    thread.unref();
    return thread;
  }

  flush(): void {
    if (this.#isAlone) this.#drainHere();
    else this.#ring.wake();
  }

  close(): void {
    clearTimeout(this.#timer);
    if (this.#isAlone || this.#ring.own(Owner.main)) this.#drainHere();
    else this.#ring.closeAndWait(CLOSE_TIMEOUT_MS);
    this.#log.close();
  }

  #drainHere(): void {
    try {
      drainRing(this.#ring, this.#formatter, this.#log);
    } catch (error) {
      this.#die(error);
    }
  }

  #die(error: unknown): void {
    this.#isDead = true;
    warnOnce('FLOWTRACE_LOG', `FlowTrace can no longer write its log: ${messageOf(error)}`);
  }
}

const LOOK_EVERY = 256;
const ALONE_FLUSH_MS = 200;
const PAUSE = new Int32Array(new SharedArrayBuffer(4));
