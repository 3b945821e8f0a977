import { delimiter, resolve } from 'node:path';
import { type Readiness, type ServerCommand, ServerProcess } from '@tracelab/local-servers';
import { GO_ON, IS_WARM, WARM_UP_FOLDERS } from './warm-up.ts';

/** A service's next process, which has loaded all but this workspace's own code and waits for that to change. */
export class SpareProcess {
  readonly #readiness: Readiness;
  readonly #warm: Promise<ServerProcess | undefined>;
  #isTaken = false;

  /** `folders` are those of the packages whose code the process will run. */
  constructor(command: ServerCommand, folders: Iterable<string>) {
    const { options, onOutput } = command;
    this.#readiness = command;
    const absolute = [...folders].map(folder => resolve(folder)).join(delimiter);
    this.#warm = ServerProcess.start({
      ...command,
      ready: new RegExp(IS_WARM),
      onOutput: chunk => {
        if (this.#isTaken) onOutput?.(chunk);
      },
      options: { ...options, env: { ...options?.env, [WARM_UP_FOLDERS]: absolute } },
    }).catch(() => undefined);
  }

  /** Resolves once it only waits, or has ended before that. */
  async warm(): Promise<void> {
    await this.#warm;
  }

  /** Runs the code as it is now; resolves once that is ready, with nothing if the spare has ended. */
  async take(): Promise<ServerProcess | undefined> {
    const server = await this.#warm;
    if (server?.isRunning !== true) return undefined;
    this.#isTaken = true;
    await server.resume(GO_ON, this.#readiness);
    return server;
  }

  async stop(): Promise<void> {
    await (await this.#warm)?.stop('SIGKILL');
  }
}
