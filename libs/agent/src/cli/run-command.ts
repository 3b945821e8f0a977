import { spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { findExecutable, isRunByKernel } from './find-executable.ts';

/**
 * Becomes `command`: this process is replaced by it, so that process id, standard streams, terminal, signals and exit code are the
 * command's own and nothing stands between. Returns only where that failed, with the exit code a shell would give.
 */
export function runCommand([name, ...args]: readonly [string, ...string[]], env: NodeJS.ProcessEnv): number {
  const found = findExecutable(name, env['PATH'] ?? '');
  if (found === 'missing') return refuse(`${name}: command not found`, 127);
  if (found === 'refused') return refuse(`${name}: permission denied`, 126);
  const { file } = found;
  const argv = isRunByKernel(file) ? [file, name, ...args] : ['/bin/sh', 'sh', file, ...args];
  return process.execve === undefined || process.platform === 'win32'
    ? waitFor(file, args, env)
    : replaceProcess(process.execve.bind(process), argv, env);
}

type Execve = NonNullable<typeof process.execve>;

function replaceProcess(execve: Execve, [file = '', ...argv]: readonly string[], env: NodeJS.ProcessEnv): never {
  // Node ignores these, and what is ignored stays so in the command: `yes | head` would complain. What is handled becomes
  // the default again.
  for (const signal of ['SIGPIPE', 'SIGXFSZ'] as const) process.on(signal, () => undefined);
  const given = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return execve(file, argv, Object.fromEntries(given));
}

// Where a process cannot be replaced; signals to the group reach the command by themselves.
function waitFor(file: string, args: readonly string[], env: NodeJS.ProcessEnv): number {
  const { status, signal } = spawnSync(file, args, { stdio: 'inherit', env });
  return status ?? 128 + (signal === null ? 0 : constants.signals[signal]);
}

function refuse(message: string, exitCode: number): number {
  process.stderr.write(`auto-agent: ${message}\n`);
  return exitCode;
}
