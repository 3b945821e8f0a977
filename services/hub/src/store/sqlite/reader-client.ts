import { Worker } from 'node:worker_threads';

import { StoreUnavailable } from '../trace-store.ts';
import type { ReaderReport, ReaderRequest, ReaderThreadOptions } from './thread-messages.ts';
import { THREAD_ARGUMENTS, threadUrl } from './thread-url.ts';

interface Question {
  readonly request: ReaderRequest;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Searches stop themselves after two seconds; what takes longer than this is stuck in one regular expression. */
const MAX_ANSWER_MS = 6000;
/** Questions that may wait; beyond, the next is turned away. */
const MAX_QUESTIONS = 200;

type FailureReport = Extract<ReaderReport, { readonly error: string }>;

/** The reader's thread seen from outside: one question at a time, and a new thread when one does not come back. */
export class ReaderClient {
  readonly #options: ReaderThreadOptions;
  readonly #onDamage: (partition: string) => void;
  readonly #waiting: Question[] = [];
  #worker: Worker;
  #asked: Question | undefined;
  #watchdog: NodeJS.Timeout | undefined;
  #files: readonly string[] = [];
  #nextId = 1;
  #isClosed = false;

  constructor(options: ReaderThreadOptions, onDamage: (partition: string) => void) {
    this.#options = options;
    this.#onDamage = onDamage;
    this.#worker = this.#start();
  }

  useFiles(names: readonly string[]): void {
    this.#files = names;
    void this.ask('useFiles', names).catch(() => undefined);
  }

  ask<Result>(method: string, ...args: readonly unknown[]): Promise<Result> {
    if (this.#isClosed) return Promise.reject(new StoreUnavailable('closed'));
    if (this.#waiting.length >= MAX_QUESTIONS) return Promise.reject(new StoreUnavailable('overloaded'));
    return new Promise<Result>((resolve, reject) => {
      this.#waiting.push({ ...this.#question(method, args), resolve: resolve as (result: unknown) => void, reject });
      this.#askNext();
    });
  }

  #question(method: string, args: readonly unknown[]): Question {
    return { request: { id: this.#nextId++, method, args }, resolve: () => undefined, reject: () => undefined };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#watchdog);
    for (const { reject } of [...this.#waiting.splice(0), ...(this.#asked === undefined ? [] : [this.#asked])]) {
      reject(new StoreUnavailable('closed'));
    }
    this.#asked = undefined;
    await this.#worker.terminate();
  }

  #start(): Worker {
    const worker = new Worker(threadUrl('reader-thread'), {
      workerData: this.#options,
      execArgv: [...THREAD_ARGUMENTS],
      resourceLimits: { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 96 },
    });
    worker.on('message', (report: ReaderReport) => {
      if (worker === this.#worker) this.#hear(report);
    });
    worker.on('error', () => {
      if (worker === this.#worker) this.#restart();
    });
    return worker;
  }

  #askNext(): void {
    if (this.#asked !== undefined) return;
    this.#asked = this.#waiting.shift();
    if (this.#asked === undefined) return;
    this.#worker.postMessage(this.#asked.request);
    this.#watchdog = setTimeout(() => {
      void this.#worker.terminate();
      this.#restart();
    }, MAX_ANSWER_MS);
  }

  #hear(report: ReaderReport): void {
    const asked = this.#asked;
    if (asked?.request.id !== report.id) return;
    clearTimeout(this.#watchdog);
    this.#asked = undefined;
    if ('result' in report) asked.resolve(report.result);
    else this.#fail(asked, report);
    this.#askNext();
  }

  // The writer puts the file aside; the same question then goes to what is left.
  #fail(asked: Question, report: FailureReport): void {
    if (report.damaged === undefined) {
      asked.reject(new Error(report.error));
      return;
    }
    this.#onDamage(report.damaged);
    asked.reject(new StoreUnavailable('damaged'));
  }

  #restart(): void {
    clearTimeout(this.#watchdog);
    this.#asked?.reject(new StoreUnavailable('too-slow'));
    this.#asked = undefined;
    if (this.#isClosed) return;
    this.#worker = this.#start();
    this.#waiting.unshift(this.#question('useFiles', [this.#files]));
    this.#askNext();
  }
}
