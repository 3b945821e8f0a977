import { writeSync } from 'node:fs';

export type WarningCode = 'FLOWTRACE_CONFIG' | 'FLOWTRACE_START' | 'FLOWTRACE_REWRITE' | 'FLOWTRACE_LOG';

const STDERR = 2;
const TYPE = 'FlowTraceWarning';

let isEnding = false;

/** Says what the tracer cannot do; the application goes on without. */
export function warn(code: WarningCode, message: string): void {
  if (isEnding) write(code, message);
  else process.emitWarning(message, { type: TYPE, code });
}

/** To be told when the program ends: the event loop, which shows warnings, does not turn again. */
export function warnAtOnceFromNow(): void {
  isEnding = true;
}

function write(code: WarningCode, message: string): void {
  // Node listens by itself unless it was told to show none.
  if (process.listenerCount('warning') === 0) return;
  try {
    writeSync(STDERR, `(node:${process.pid}) [${code}] ${TYPE}: ${message}\n`);
  } catch {
    // Nobody reads it.
  }
}

const said = new Set<WarningCode>();

/** The same, but once for each code, however often it happens. */
export function warnOnce(code: WarningCode, message: string): void {
  if (said.has(code)) return;
  said.add(code);
  warn(code, message);
}

/** What an error says of itself, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
