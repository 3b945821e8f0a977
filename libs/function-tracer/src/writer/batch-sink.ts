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
    this.#lines += this.#formatter.format(record);
    if (this.#lines.length > this.#batchChars) this.flush();
    return true;
  }

  flush(): void {
    const lines = this.#lines;
    this.#lines = '';
    try {
      this.#log.append(lines);
    } catch {
      // A full disk must not stop the application.
    }
  }

  close(): void {
    clearInterval(this.#timer);
    this.flush();
    this.#log.close();
  }
}

const FLUSH_MS = 50;
