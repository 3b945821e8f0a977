import { messageOf, warnOnce } from '../warning.ts';
import type { EventFormatter } from './event-formatter.ts';
import type { LogFile } from './log-file.ts';
import type { EventRecord } from './record.ts';
import type { RecordSink } from './record-sink.ts';

/** Writes lines from the thread that makes them: each at once, or as many as fit a batch. */
export class BatchSink implements RecordSink {
  readonly #formatter: EventFormatter;
  readonly #log: LogFile;
  readonly #batchChars: number;
  readonly #timer: NodeJS.Timeout | undefined;
  #lines = '';

  constructor(formatter: EventFormatter, log: LogFile, { batchChars }: { readonly batchChars: number }) {
    this.#formatter = formatter;
    this.#log = log;
    this.#batchChars = batchChars;
    if (batchChars > 0)
      this.#timer = setInterval(() => {
        this.flush();
      }, FLUSH_MS).unref();
  }

  write(record: EventRecord): boolean {
    try {
      this.#lines += this.#formatter.format(record);
      if (this.#lines.length > this.#batchChars) this.#append();
      return true;
    } catch (error) {
      return this.#isLost(error);
    }
  }

  flush(): void {
    try {
      this.#append();
    } catch (error) {
      this.#isLost(error);
    }
  }

  #append(): void {
    const lines = this.#lines;
    this.#lines = '';
    this.#log.append(lines);
  }

  // A full disk must not stop the application, and may have room again.
  #isLost(error: unknown): false {
    warnOnce('FLOWTRACE_LOG', `FlowTrace cannot write a part of its log: ${messageOf(error)}`);
    return false;
  }

  close(): void {
    clearInterval(this.#timer);
    this.flush();
    this.#log.close();
  }
}

const FLUSH_MS = 50;
