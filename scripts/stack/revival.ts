import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerProcess } from '@tracelab/local-servers';

/** What happens to a part by itself, for a person to read. */
export interface PartEvent {
  readonly part: string;
  readonly text: string;
  readonly lastLines?: readonly string[];
}

/** What Revival has to know of a part. */
export interface Revived {
  readonly name: string;
  readonly onEvent: (event: PartEvent) => void;
  /** Whether a process that died is to be followed by another: the part has been neither stopped nor given a new one. */
  readonly isMissed: (dead: ServerProcess) => boolean;
  /** Starts the next process, and has it watched; resolves with its pid, or with none when the part was stopped meanwhile. */
  readonly startNext: () => Promise<number | undefined>;
}

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 10_000;
// A process that lived this long was well; its next end is not one more of a series.
const WELL_AFTER_MS = 30_000;
const SHOWN_LINES = 5;

/** Starts a part's process again when it dies, each time after a longer pause, and tells. */
export class Revival {
  readonly #part: Revived;
  #deaths = 0;

  constructor(part: Revived) {
    this.#part = part;
  }

  async watch(watched: ServerProcess): Promise<void> {
    const startedAt = performance.now();
    const end = await watched.ended;
    if (!this.#part.isMissed(watched)) return;
    this.#deaths = performance.now() - startedAt > WELL_AFTER_MS ? 1 : this.#deaths + 1;
    this.#tell(`ended with ${end}; starting it again`, watched.output);
    await this.#tryUntilUp(watched);
  }

  async #tryUntilUp(dead: ServerProcess): Promise<void> {
    do await sleep(Math.min(FIRST_PAUSE_MS * 2 ** (this.#deaths - 1), LONGEST_PAUSE_MS));
    while (
      // Stopped or replaced during the pause, it is not started again.
      this.#part.isMissed(dead) &&
      !(await this.#isUpAgain())
    );
  }

  async #isUpAgain(): Promise<boolean> {
    try {
      const pid = await this.#part.startNext();
      if (pid !== undefined) this.#tell(`is back, pid ${pid}`);
      return true;
    } catch (error) {
      this.#deaths++;
      this.#tell('does not start; trying again', (error as Error).message);
      return false;
    }
  }

  #tell(text: string, output = ''): void {
    const lastLines = output.trimEnd().split('\n').slice(-SHOWN_LINES).filter(Boolean);
    this.#part.onEvent({ part: this.#part.name, text, lastLines });
  }
}
