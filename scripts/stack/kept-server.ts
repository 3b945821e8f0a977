import type { ServerProcess } from '@tracelab/local-servers';
import { type PartEvent, Revival } from './revival.ts';

interface LocalServer {
  readonly process: ServerProcess | undefined;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** A server that runs, and is started again where it was when it dies. */
export class KeptServer<Server extends LocalServer> {
  readonly server: Server;
  readonly #revival: Revival;
  #starting: Promise<void> | undefined;
  #isWanted = true;

  constructor(name: string, server: Server, onEvent: (event: PartEvent) => void) {
    this.server = server;
    this.#revival = new Revival({
      name,
      onEvent,
      isMissed: dead => this.#isWanted && server.process === dead,
      startNext: () => this.#startNext(),
    });
    this.#watch();
  }

  async stop(): Promise<void> {
    this.#isWanted = false;
    // A start that is under way would leave its process behind.
    await this.#starting?.catch(() => undefined);
    await this.server.stop();
  }

  async #startNext(): Promise<number | undefined> {
    this.#starting = this.server.start();
    await this.#starting;
    this.#watch();
    return this.#isWanted ? this.server.process?.pid : undefined;
  }

  #watch(): void {
    if (this.server.process) void this.#revival.watch(this.server.process);
  }
}
