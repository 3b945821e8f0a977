import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { LogRow } from './log-row.ts';

export interface FlowLog {
  readonly path: string;
  readonly rows: readonly LogRow[];
  /** Lines that are no JSON object, as one that a kill left unfinished. */
  readonly badLines: number;
}

/** There is no such log. */
export class LogMissing extends Error {
  readonly code = 'LogMissing';

  constructor(path: string, options?: ErrorOptions) {
    super(`File not found: ${path}`, options);
    this.name = 'LogMissing';
  }
}

/** There is something, but no file that can be read. */
export class LogUnreadable extends Error {
  readonly code = 'LogUnreadable';

  constructor(path: string, options: ErrorOptions & { readonly cause: NodeJS.ErrnoException }) {
    super(`File cannot be read: ${path} (${options.cause.code ?? options.cause.message})`, options);
    this.name = 'LogUnreadable';
  }
}

/** Reads a log line by line, whoever wrote it. Throws `LogMissing` and `LogUnreadable`. */
export async function readLog(path: string): Promise<FlowLog> {
  const rows: LogRow[] = [];
  let badLines = 0;
  try {
    for await (const line of createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Infinity })) {
      const row = parseRow(line);
      if (row === undefined) badLines++;
      else if (row !== 'blank') rows.push(row);
    }
  } catch (error) {
    const cause = error as NodeJS.ErrnoException;
    throw cause.code === 'ENOENT' ? new LogMissing(path, { cause }) : new LogUnreadable(path, { cause });
  }
  return { path, rows, badLines };
}

/** The object on a line, `blank` for nothing at all, undefined for anything else. */
export function parseRow(line: string): LogRow | 'blank' | undefined {
  const trimmed = line.trim();
  if (trimmed === '') return 'blank';
  try {
    const value: unknown = JSON.parse(trimmed);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as LogRow) : undefined;
  } catch {
    return undefined;
  }
}
