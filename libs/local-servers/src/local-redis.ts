import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { freePort } from './free-port.ts';
import { type ServerCommand, ServerProcess } from './server-process.ts';

/** Where a Redis or Valkey server is on this PATH; undefined where there is none. */
export function findRedis(path: string): string | undefined {
  const candidates = path
    .split(delimiter)
    .flatMap(folder => [join(folder, 'redis-server'), join(folder, 'valkey-server')]);
  return candidates.find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false; // not there, or not for us: the next one may be
  }
}

/** A Redis that keeps nothing on disk, on loopback. */
export class LocalRedis {
  readonly port: number;
  readonly #binary: string;
  readonly #onOutput: ServerCommand['onOutput'];
  #process: ServerProcess | undefined;

  private constructor(binary: string, port: number, onOutput: ServerCommand['onOutput']) {
    this.#binary = binary;
    this.port = port;
    this.#onOutput = onOutput;
  }

  /** `onOutput` gets everything that the server writes, as it comes. */
  static async start(binary: string, onOutput?: ServerCommand['onOutput']): Promise<LocalRedis> {
    const redis = new LocalRedis(binary, await freePort(), onOutput);
    await redis.start();
    return redis;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** The server's process, of the last start. */
  get process(): ServerProcess | undefined {
    return this.#process;
  }

  /** Starts again on the same port, after `stop` or `kill`. */
  async start(): Promise<void> {
    const args = ['--bind', '127.0.0.1', '--port', String(this.port), '--save', '', '--appendonly', 'no'];
    this.#process = await ServerProcess.start({
      command: this.#binary,
      args,
      ready: /[Rr]eady to accept/,
      onOutput: this.#onOutput,
    });
  }

  async stop(): Promise<void> {
    await this.#process?.stop();
  }

  kill(): void {
    this.#process?.kill();
  }
}
