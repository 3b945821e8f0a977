import { setTimeout as sleep } from 'node:timers/promises';
import { isPortFree, type ServerCommand, ServerProcess } from '@tracelab/local-servers';
import type { LogFile } from './log-file.ts';
import { packageFolders } from './package-folders.ts';
import type { Part } from './part.ts';
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

/** What happens to a part by itself, for a person to read. */
export interface PartEvent {
  readonly part: string;
  readonly text: string;
  readonly lastLines?: readonly string[];
}

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 10_000;
// A process that lived this long was well; its next end is not one more of a series.
const WELL_AFTER_MS = 30_000;
const SHOWN_LINES = 5;

/** A service as a process of its own, started again when it dies, each time after a longer pause. */
export class ServicePart implements Part {
  readonly name: string;
  readonly address: string;
  readonly note: string;
  readonly #options: ServicePartOptions;
  #process: ServerProcess | undefined;
  #spare: SpareProcess | undefined;
  #packageFolders: ReadonlySet<string> | undefined;
  #launching: Promise<void> | undefined;
  #isWanted = false;
  #replaced: Promise<unknown> = Promise.resolve();
  #deaths = 0;

  constructor(options: ServicePartOptions) {
    this.name = options.name;
    this.address = options.address;
    this.note = options.note;
    this.#options = options;
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
    void this.#revive(launched, performance.now());
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

  async #revive(watched: ServerProcess, startedAt: number): Promise<void> {
    const end = await watched.ended;
    if (!this.#isWanted || this.#process !== watched) return;
    this.#deaths = performance.now() - startedAt > WELL_AFTER_MS ? 1 : this.#deaths + 1;
    this.#tell(`ended with ${end}; starting it again`, watched.output);
    await this.#tryUntilUp(watched);
  }

  async #tryUntilUp(dead: ServerProcess): Promise<void> {
    do await sleep(Math.min(FIRST_PAUSE_MS * 2 ** (this.#deaths - 1), LONGEST_PAUSE_MS));
    while (
      // Stopped or replaced during the pause, it is not started again.
      this.#isWanted &&
      this.#process === dead &&
      !(await this.#isUpAgain())
    );
  }

  async #isUpAgain(): Promise<boolean> {
    try {
      await this.#launch();
      if (this.#isWanted) this.#tell(`is back, pid ${this.pid}`);
      return true;
    } catch (error) {
      this.#deaths++;
      this.#tell('does not start; trying again', (error as Error).message);
      return false;
    }
  }

  #tell(text: string, output = ''): void {
    const lastLines = output.trimEnd().split('\n').slice(-SHOWN_LINES).filter(Boolean);
    this.#options.onEvent({ part: this.name, text, lastLines });
  }
}
