export type WarningCode = 'FLOWTRACE_CONFIG' | 'FLOWTRACE_START' | 'FLOWTRACE_REWRITE' | 'FLOWTRACE_LOG';

/** Says what the tracer cannot do; the application goes on without. */
export function warn(code: WarningCode, message: string): void {
  process.emitWarning(message, { type: 'FlowTraceWarning', code });
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
