import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { LocalPostgres } from '@tracelab/local-servers';
import { announcePostgresSocket } from './config.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** The Postgres of one test run. Started when the first suite asks for it; most runs of a few suites never do. */
export class RunPostgres {
  static #offered: RunPostgres | undefined;

  readonly #folder = temporaryFolder('test');
  readonly #door: Server;
  #starting: Promise<LocalPostgres> | undefined;

  private constructor() {
    this.#door = createServer(socket => {
      this.#start().then(
        postgres => socket.end(postgres.url('')),
        (error: unknown) => socket.end(String(error)),
      );
    });
  }

  static async offer(): Promise<void> {
    const offered = new RunPostgres();
    RunPostgres.#offered = offered;
    const socket = join(offered.#folder, 'socket');
    offered.#door.listen(socket).unref();
    await once(offered.#door, 'listening');
    announcePostgresSocket(socket);
  }

  static async withdraw(): Promise<void> {
    await RunPostgres.#offered?.withdraw();
  }

  async withdraw(): Promise<void> {
    this.#door.close();
    await (await this.#starting)?.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #start(): Promise<LocalPostgres> {
    return (this.#starting ??= LocalPostgres.start({ directory: join(this.#folder, 'postgres'), isDurable: false }));
  }
}
