import { logMixin } from './log-mixin.ts';
import type { LogIds } from './log-mixin.ts';
import { redactRecord, redactText } from './redact.ts';

/** The part of pino's options that this library fills. */
export interface LogOptions {
  readonly mixin: () => LogIds;
  readonly formatters: { readonly log: (record: Record<string, unknown>) => Record<string, unknown> };
  readonly hooks: { readonly streamWrite: (line: string) => string };
}

/**
 * For `pino({ ...logOptions() })`: the ids of the active span on every line, the values of secret keys emptied, and what has
 * the shape of a secret cut out of the finished line, messages and stacks included.
 */
export function logOptions(): LogOptions {
  return {
    mixin: logMixin,
    formatters: { log: record => redactRecord(record) as Record<string, unknown> },
    hooks: { streamWrite: redactText },
  };
}
