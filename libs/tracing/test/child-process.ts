import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ChildOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** False runs the same program without the preload. */
  readonly isTraced?: boolean;
}

/** One program of `fixtures/` as a process of its own, traced by the preload as a user's would be. */
export class Child {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<Ended>;
  #stdout = '';
  #stderr = '';

  constructor(fixture: string, { args = [], env = {}, isTraced = true }: ChildOptions = {}) {
    const folder = fileURLToPath(new URL('./fixtures/', import.meta.url));
    const preload = isTraced ? ['--import', '@tracelab/tracing/register'] : [];
    this.#process = spawn(
      process.execPath,
      [
        '--conditions=@tracelab/source',
        '--disable-warning=ExperimentalWarning',
        ...preload,
        `${folder}${fixture}`,
        ...args,
      ],
      { cwd: fileURLToPath(new URL('..', import.meta.url)), env: { PATH: process.env['PATH'], ...env } },
    );
    this.#process.stdout.on('data', (chunk: Buffer) => (this.#stdout += chunk.toString()));
    this.#process.stderr.on('data', (chunk: Buffer) => (this.#stderr += chunk.toString()));
    this.#ended = new Promise(resolve => {
      this.#process.on('close', (code, signal) => {
        resolve({ code, signal, stdout: this.#stdout, stderr: this.#stderr });
      });
    });
  }

  /** What the program printed, once it matches. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.#stdout);
      if (found !== null) return found;
      if (this.#process.exitCode !== null || this.#process.signalCode !== null)
        throw new Error(`The program ended without printing ${String(pattern)}: ${this.#stderr}`);
      await new Promise(resolve => setTimeout(resolve, 5));
    }
  }

  get stderr(): string {
    return this.#stderr;
  }

  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** How it ended; it is killed when it has not within the limit. */
  async ended(limitMs = 15_000): Promise<Ended> {
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), limitMs);
    const ended = await this.#ended;
    clearTimeout(timer);
    return ended;
  }
}
