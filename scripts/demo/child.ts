import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface ChildOptions {
  /** No word of it is shown. */
  readonly isQuiet?: boolean;
  /** Once it has aborted, nothing is started any more, and what runs is ended. */
  readonly signal?: AbortSignal;
}

// A terminal tells Ctrl-C to the child too; a second signal would cut off what it still says.
const TOLD_BY_TERMINAL_MS = 1_000;
const STOPPED = 130;

/** Runs a command as a part of this one, to its exit code. */
export async function runChild(
  command: string,
  args: readonly string[],
  { isQuiet = false, signal }: ChildOptions = {},
): Promise<number> {
  if (signal?.aborted === true) return STOPPED;
  const child = spawn(command, args, { stdio: isQuiet ? 'ignore' : ['ignore', 'inherit', 'inherit'] });
  child.once('error', () => undefined); // 'close' follows, with a code
  let late: NodeJS.Timeout | undefined;
  const end = () => {
    late = setTimeout(() => child.kill('SIGTERM'), TOLD_BY_TERMINAL_MS);
  };
  signal?.addEventListener('abort', end);
  const [code] = (await once(child, 'close')) as [number | null];
  signal?.removeEventListener('abort', end);
  clearTimeout(late);
  return code ?? 1;
}
