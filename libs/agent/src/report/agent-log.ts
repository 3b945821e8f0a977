import { writeSync } from 'node:fs';

type Level = 'DEBUG' | 'INFO' | 'WARNING';

/** The agent's own lines, in the seed's format and on standard error, where they mix with no protocol. */
export class AgentLog {
  readonly #isDebugging: boolean;

  constructor({ isDebugging }: { readonly isDebugging: boolean }) {
    this.#isDebugging = isDebugging;
  }

  /** Only with `--debug`. */
  debug(message: string): void {
    if (this.#isDebugging) this.#write('DEBUG', message);
  }

  info(message: string): void {
    if (this.#isDebugging) this.#write('INFO', message);
  }

  /** Always: something will be missing that the user expects. */
  warn(message: string): void {
    this.#write('WARNING', message);
  }

  #write(level: Level, message: string): void {
    const time = new Date().toISOString().replace('T', ' ').replace('Z', '');
    writeError(`${time} - auto-agent - ${level} - ${message}\n`);
  }
}

/** Writes at once, also while the process ends; a reader that has left is no reason to fail. */
export function writeError(text: string): void {
  try {
    writeSync(2, text);
  } catch {
    // Standard error is closed or full: there is nobody to tell.
  }
}
