import { setTimeout as sleep } from 'node:timers/promises';
import { isPortFree, type ServerCommand, ServerProcess } from '@tracelab/local-servers';
import type { LogFile } from './log-file.ts';
import { packageFolders } from './package-folders.ts';
import type { Part } from './part.ts';
import { type PartEvent, Revival } from './revival.ts';
import { SpareProcess } from './spare-process.ts';

export interface ServicePartOptions {
  readonly name: string;
  readonly address: string;
  readonly note: string;
  readonly folder: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** What the process writes when it listens. */
  readonly ready: RegExp;
  /** Asked until it answers with success: the process, and all that it needs, can take requests. */
  readonly readyUrl: string;
  /** All that two of its processes cannot have at once; without it, a restart waits until the running one has ended. */
  readonly port?: number;
  readonly log: LogFile;
  readonly onEvent: (event: PartEvent) => void;
}

/** A service as a process of its own, started again when it dies, each time after a longer pause. */
export class ServicePart implements Part {
  readonly name: string;
  readonly address: string;
  readonly note: string;
  readonly #options: ServicePartOptions;
  readonly #revival: Revival;
  #process: ServerProcess | undefined;
  #spare: SpareProcess | undefined;
  #packageFolders: ReadonlySet<string> | undefined;
  #launching: Promise<void> | undefined;
  #isWanted = false;
  #replaced: Promise<unknown> = Promise.resolve();

  constructor(options: ServicePartOptions) {
    this.name = options.name;
    this.address = options.address;
    this.note = options.note;
    this.#options = options;
    this.#revival = new Revival({
      name: options.name,
      onEvent: options.onEvent,
      isMissed: dead => this.#isWanted && this.#process === dead,
      startNext: async () => {
        await this.#launch();
        return this.#isWanted ? this.pid : undefined;
      },
    });
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  async start(): Promise<void> {
    this.#isWanted = true;
    await this.#launch();
  }

  /** Its own and those of the libs that it uses, as they were when it was asked first: a manifest may be half written later. */
  get packageFolders(): ReadonlySet<string> {
    return (this.#packageFolders ??= packageFolders(this.#options.folder));
  }

  async stop(): Promise<void> {
    this.#isWanted = false;
    // A start that is under way would leave its process behind; it ends before the process is stopped.
    await this.#launching?.catch(() => undefined);
    await Promise.all([this.#process?.stop(), this.#spare?.stop(), this.#replaced]);
  }

  /** Has the next process ready, so that a restart has only this workspace's code to load; resolves once it is. */
  async prepare(): Promise<void> {
    if (!this.#isWanted) return;
    this.#spare ??= new SpareProcess(this.#command(), this.packageFolders);
    await this.#spare.warm();
  }

  /** Starts a process from the code as it is now, while the running one answers what it was asked, and ends. */
  async restart(): Promise<void> {
    await this.#launching?.catch(() => undefined);
    const running = this.#process;
    this.#process = undefined;
    if (running !== undefined) await this.#retire(running);
    if (this.#isWanted) await this.#launch();
  }

  async #retire(running: ServerProcess): Promise<void> {
    const ended = running.stop();
    this.#replaced = Promise.all([this.#replaced, ended]);
    const { port } = this.#options;
    if (port === undefined) await ended;
    else while (running.isRunning && !(await isPortFree(port))) await sleep(10);
  }

  #launch(): Promise<void> {
    this.#launching = this.#launchOne();
    return this.#launching;
  }

  async #launchOne(): Promise<void> {
    const spare = this.#spare;
    this.#spare = undefined;
    const launched = (await spare?.take()) ?? (await ServerProcess.start(this.#command()));
    this.#process = launched;
    void this.#revival.watch(launched);
    await this.#answers();
  }

  #command(): ServerCommand {
    const { folder, args, env, ready, log } = this.#options;
    return { command: process.execPath, args, ready, onOutput: log.write, options: { cwd: folder, env } };
  }

  async #answers(): Promise<void> {
    const end = performance.now() + 20_000;
    while (this.#process?.isRunning === true && performance.now() < end) {
      // A connection that stays would lead to the process that this one replaces, and keep it from its end.
      const request = { headers: { connection: 'close' }, signal: AbortSignal.timeout(2_000) };
      const response = await fetch(this.#options.readyUrl, request).catch(() => undefined);
      if (response?.ok === true) return;
      await sleep(25);
    }
    throw new Error(
      `${this.name} is not ready: ${this.#options.readyUrl} does not answer\n${this.#process?.output ?? ''}`,
    );
  }
}
