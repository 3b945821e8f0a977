import { setTimeout as sleep } from 'node:timers/promises';
import { ServerProcess } from '@tracelab/local-servers';
import type { LogFile } from './log-file.ts';
import type { Part } from './part.ts';

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
  #launching: Promise<void> | undefined;
  #isWanted = false;
  #isReplaced = false;
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

  async stop(): Promise<void> {
    this.#isWanted = false;
    // A start that is under way would leave its process behind; it ends before the process is stopped.
    await this.#launching?.catch(() => undefined);
    await this.#process?.stop();
  }

  /** Ends the process in good order and starts one from what is built now. */
  async restart(): Promise<void> {
    this.#isReplaced = true;
    await this.#process?.stop();
    this.#isReplaced = false;
    if (this.#isWanted) await this.#launch();
  }

  #launch(): Promise<void> {
    this.#launching = this.#launchOne();
    return this.#launching;
  }

  async #launchOne(): Promise<void> {
    const { folder, args, env, ready, log } = this.#options;
    const launched = await ServerProcess.start({
      command: process.execPath,
      args,
      ready,
      onOutput: log.write,
      options: { cwd: folder, env },
    });
    this.#process = launched;
    void this.#revive(launched, performance.now());
    await this.#answers();
  }

  async #answers(): Promise<void> {
    const end = performance.now() + 20_000;
    while (this.#process?.isRunning === true && performance.now() < end) {
      const response = await fetch(this.#options.readyUrl, { signal: AbortSignal.timeout(2_000) }).catch(
        () => undefined,
      );
      if (response?.ok === true) return;
      await sleep(25);
    }
    throw new Error(
      `${this.name} is not ready: ${this.#options.readyUrl} does not answer\n${this.#process?.output ?? ''}`,
    );
  }

  async #revive(watched: ServerProcess, startedAt: number): Promise<void> {
    const end = await watched.ended;
    if (!this.#isWanted || this.#isReplaced || this.#process !== watched) return;
    this.#deaths = performance.now() - startedAt > WELL_AFTER_MS ? 1 : this.#deaths + 1;
    this.#tell(`ended with ${end}; starting it again`, watched.output);
    await this.#tryUntilUp();
  }

  async #tryUntilUp(): Promise<void> {
    while (this.#isWanted) {
      await sleep(Math.min(FIRST_PAUSE_MS * 2 ** (this.#deaths - 1), LONGEST_PAUSE_MS));
      if (await this.#isUpAgain()) return;
    }
  }

  async #isUpAgain(): Promise<boolean> {
    try {
      // Not wanted any more: it was stopped during the pause.
      if (this.#isWanted) await this.#launch();
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
