import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { OrphanWatch } from './orphan-watch.ts';

/** A server did not come up, or ended by itself while it did. Its last lines say why. */
export class ServerNotStarted extends Error {
  override readonly name = 'ServerNotStarted';
  readonly code = 'ServerNotStarted';

  constructor(command: string, reason: string, output: string) {
    super(`${command} ${reason}\n${output}`);
  }
}

export interface Readiness {
  /** Output that says the server is ready. */
  readonly ready: RegExp;
  readonly timeoutMs?: number;
}

export interface ServerCommand extends Readiness {
  readonly command: string;
  readonly args: readonly string[];
  /** Gets everything the server writes, as it comes. */
  readonly onOutput?: ((chunk: Buffer) => void) | undefined;
  readonly options?: Pick<SpawnOptions, 'cwd' | 'env' | 'uid' | 'gid'>;
}

const KEPT_CHARACTERS = 16_000;

// One listener for all: a stack has more servers than Node lets listen without a warning.
const running = new Set<ServerProcess>();
const orphans = new OrphanWatch();
process.on('exit', () => {
  for (const server of running) server.kill();
  orphans.stop();
});

/**
 * A server run as a child in a session of its own, so that Ctrl-C in a terminal reaches only whoever started it. It
 * does not outlive this process, however that ends.
 */
export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #command: string;
  /** Resolves with the exit code, or with the signal that ended it; also when it could not be run at all. */
  readonly ended: Promise<number | NodeJS.Signals>;
  #output = '';

  private constructor({ command, args, options, onOutput }: ServerCommand) {
    this.#command = command;
    this.#child = spawn(command, args, { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const keep = (chunk: Buffer) => {
      this.#output = (this.#output + chunk.toString()).slice(-KEPT_CHARACTERS);
      onOutput?.(chunk);
    };
    this.#child.stdout?.on('data', keep);
    this.#child.stderr?.on('data', keep);
    running.add(this);
    this.#watch();
    // Not 'exit': the last lines, which say why it ended, may still be in the pipe.
    this.ended = new Promise(resolve =>
      this.#child.once('close', (code, signal) => {
        resolve(signal ?? code ?? 0);
      }),
    );
    void this.ended.then(() => running.delete(this));
  }

  /** Resolves once the server is ready; rejects with its last lines when that is not in time. */
  static async start(command: ServerCommand): Promise<ServerProcess> {
    const server = new ServerProcess(command);
    await server.#readyOrKilled(command);
    return server;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get exitCode(): number | null {
    return this.#child.exitCode;
  }

  /** The last of what it wrote, both streams together. */
  get output(): string {
    return this.#output;
  }

  get isRunning(): boolean {
    return this.#child.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Asks the server to end, and after the limit makes it. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', limitMs = 10_000): Promise<void> {
    if (!this.isRunning) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill(signal);
    const limit = sleep(limitMs, undefined, { ref: false }).then(() => {
      this.kill();
    });
    await Promise.race([ended, limit.then(() => ended)]);
  }

  /** Lets a server that waits for this signal go on; resolves and rejects as `start` does. */
  async resume(signal: NodeJS.Signals, until: Readiness): Promise<void> {
    this.#output = '';
    this.#child.kill(signal);
    await this.#readyOrKilled(until);
  }

  /** SIGKILL, as a crash would be. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #watch(): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    orphans.add(pid);
    this.#child.once('exit', () => {
      orphans.remove(pid);
    });
  }

  async #readyOrKilled(until: Readiness): Promise<void> {
    try {
      await this.#ready(until);
    } catch (error) {
      this.kill();
      throw error;
    }
  }

  async #ready({ ready, timeoutMs = 20_000 }: Readiness): Promise<void> {
    const failed = Promise.withResolvers<never>();
    this.#child.once('error', error => {
      failed.reject(new ServerNotStarted(this.#command, 'cannot be run', error.message));
    });
    void this.ended.then(code => {
      failed.reject(new ServerNotStarted(this.#command, `ended with ${code}`, this.#output));
    });
    await Promise.race([this.#until(ready, performance.now() + timeoutMs), failed.promise]);
    // Ended before it was ready: the rejection is on its way.
    if (!this.isRunning) await failed.promise;
  }

  async #until(ready: RegExp, end: number): Promise<void> {
    while (this.isRunning && !ready.test(this.#output)) {
      if (performance.now() > end) throw new ServerNotStarted(this.#command, 'was not ready in time', this.#output);
      await sleep(20);
    }
  }
}
