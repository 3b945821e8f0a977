import { constants } from 'node:os';
import { ConfigError } from '@tracelab/service-kit/config';
import { TargetUnreachable } from '../sending/check-target.ts';
import { UsageError } from './flags.ts';

export interface Command {
  readonly args: readonly string[];
  /** Aborts at the first Ctrl-C. */
  readonly signal: AbortSignal;
}

/** Exit codes beside 0: a demand was not met, the command line or a setting makes no sense, no shop answers at the target. */
export const EXIT = { notMet: 1, usage: 2, unreachable: 3 } as const;

/**
 * Runs a command to its exit code. The first SIGINT or SIGTERM asks it to end, after which it still tells what it did; the
 * second ends the process at once. Either way the code says so: 130 and 143.
 */
export async function runCommand(command: (given: Command) => Promise<number>): Promise<void> {
  const stopping = new AbortController();
  let interrupted = 0;
  const stop = (signal: NodeJS.Signals) => {
    const code = 128 + constants.signals[signal];
    if (interrupted !== 0) process.exit(code);
    interrupted = code;
    stopping.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  process.stdout.on('error', endUnread);
  try {
    const code = await command({ args: process.argv.slice(2), signal: stopping.signal });
    process.exitCode = interrupted || code;
  } catch (error) {
    if (!isExplained(error)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = error instanceof TargetUnreachable ? EXIT.unreachable : EXIT.usage;
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}

/** Whoever reads, as `head` does, has read enough: the end that a program has by SIGPIPE. */
function endUnread(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit(128 + constants.signals.SIGPIPE);
}

const isExplained = (error: unknown): error is Error =>
  error instanceof UsageError || error instanceof ConfigError || error instanceof TargetUnreachable;
