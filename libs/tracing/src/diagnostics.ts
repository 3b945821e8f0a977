import { DiagLogLevel, diag } from '@opentelemetry/api';
import type { DiagLogger } from '@opentelemetry/api';

/** The level of the library's and the SDK's own messages; not the application's log level. */
export type DiagnosticsLevel = 'none' | 'error' | 'warn' | 'info' | 'debug' | 'all';

const levels: Readonly<Record<DiagnosticsLevel, DiagLogLevel>> = {
  none: DiagLogLevel.NONE,
  error: DiagLogLevel.ERROR,
  warn: DiagLogLevel.WARN,
  info: DiagLogLevel.INFO,
  debug: DiagLogLevel.DEBUG,
  all: DiagLogLevel.ALL,
};

// While a warning is told that its sender counts by itself.
let isRepeating = false;

/** Says each warning once: an SDK that fails per batch or per span must not fill the application's log. */
class OnceLogger implements DiagLogger {
  readonly #said = new Set<string>();

  error(message: string): void {
    this.#once(message);
  }
  warn(message: string): void {
    this.#once(message);
  }
  info(message: string): void {
    this.#write(message);
  }
  debug(message: string): void {
    this.#write(message);
  }
  verbose(message: string): void {
    this.#write(message);
  }

  #once(message: string): void {
    const line = firstLine(message);
    if (isRepeating) {
      this.#write(line);
      return;
    }
    if (this.#said.has(line) || this.#said.size > 200) return;
    this.#said.add(line);
    this.#write(line);
  }

  // Standard error, so that it mixes with no log format and no protocol on standard output.
  #write(message: string): void {
    process.stderr.write(`${firstLine(message)}\n`);
  }
}

/** Sends the SDK's and this library's own messages to standard error, from `level` on. */
export function setUpDiagnostics(level: DiagnosticsLevel): void {
  diag.setLogger(new OnceLogger(), { logLevel: levels[level], suppressOverrideMessage: true });
}

/** Warns each time it is called: for who sees to it that this is not often. */
export function warnEachTime(message: string): void {
  isRepeating = true;
  diag.warn(message);
  isRepeating = false;
}

// The SDK's error handler gives a whole error as JSON, its stack included.
function firstLine(message: string): string {
  const said = message.startsWith('{') ? messageInJson(message) : message;
  return said.split('\n', 1)[0] ?? '';
}

function messageInJson(text: string): string {
  const [, message = text] = /"message":"((?:[^"\\]|\\.)*)"/.exec(text) ?? [];
  return `tracing: ${message}`;
}
