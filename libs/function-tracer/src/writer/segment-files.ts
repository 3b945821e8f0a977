import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface SegmentOptions {
  readonly logfile: string;
  /** Relative to the log file. */
  readonly directory: string;
  readonly threshold: number;
  /** Sets the files of this process and thread apart. */
  readonly origin: string;
}

/** Keeps events with very long values in files of their own; the log's line holds the beginning and the file's name. */
export class SegmentFiles {
  readonly #options: SegmentOptions;
  #written = 0;

  constructor(options: SegmentOptions) {
    this.#options = options;
  }

  /** The beginning of a value and what is said of it, if it is too long. */
  cut(field: string, value: string): { readonly text: string; readonly fields: string } | undefined {
    const { threshold } = this.#options;
    if (value.length <= threshold) return undefined;
    const fields = JSON.stringify({ [field]: { originalLength: value.length, threshold } });
    return { text: `${value.slice(0, threshold)}...(truncated)`, fields };
  }

  /** Writes the whole event; answers the file's name relative to the log file. */
  write(line: string, event: string, timestamp: number): string {
    const { logfile, directory, origin } = this.#options;
    // Two events of one moment must not overwrite each other.
    const name = `flowtrace-${timestamp}-${event}-${origin}-${++this.#written}.json`;
    const folder = join(dirname(logfile), directory);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, name), `${JSON.stringify(JSON.parse(line), null, 2)}\n`);
    return `${directory}/${name}`;
  }
}
