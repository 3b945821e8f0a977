import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { eventually } from './check.ts';

/** What the supervisor prints once it serves and has shown a first trace. */
export const STACK_IS_UP = 'Ctrl-C stops everything';

/** A command that stays, as a person starts it in a terminal and ends it with Ctrl-C. */
export class Foreground {
  readonly #child;
  output = '';

  constructor(command: string, env: Readonly<Record<string, string>> = {}) {
    this.#child = spawn('bash', ['-c', command], {
      env: { ...process.env, ...env },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const keep = (chunk: Buffer) => (this.output += chunk.toString());
    this.#child.stdout.on('data', keep);
    this.#child.stderr.on('data', keep);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async says(text: string | RegExp, limitMs: number): Promise<boolean> {
    const isSaid = () => (typeof text === 'string' ? this.output.includes(text) : text.test(this.output));
    const said = await eventually(() => Promise.resolve(isSaid() || this.#hasEnded || undefined), limitMs);
    return said === true && isSaid();
  }

  /** To the whole foreground group, as a terminal does. Make itself then ends by the signal, after its recipe. */
  async interrupt(): Promise<boolean> {
    if (!this.#hasEnded) {
      const ended = once(this.#child, 'exit');
      process.kill(-this.pid, 'SIGINT');
      await ended;
    }
    return this.#child.exitCode === 0 || this.#child.exitCode === 130 || this.#child.signalCode === 'SIGINT';
  }

  get #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }
}
