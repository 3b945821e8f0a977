import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

export interface Finished {
  readonly status: number;
  readonly output: string;
}

interface Setting {
  readonly env: NodeJS.ProcessEnv;
  /** How long the command and all that it started may take. */
  readonly limitMs?: number;
}

/** Runs a command to its end. Never the blocking kind: others, and the load of a test, run beside it in this process. */
export async function runCommand(
  command: string,
  args: readonly string[],
  { env, limitMs }: Setting,
): Promise<Finished> {
  // With a limit it leads a group of its own, so that its children end with it.
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: limitMs !== undefined });
  const limit =
    limitMs === undefined ? undefined : setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), limitMs);
  const [out, err, status] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close').then(([code]: unknown[]) => Number(code ?? 1)),
  ]).catch((error: unknown) => ['', String(error), 1] as const);
  clearTimeout(limit);
  return { status, output: out + err };
}
