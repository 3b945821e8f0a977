import type { WriteStream } from 'node:tty';

const REDRAW_MS = 200;
const PLAIN_MS = 10_000;

/**
 * One line that tells how far a run is. A terminal sees it change in place; a file or a pipe gets a line of its own now
 * and then. Goes to stderr, so that stdout has the result alone.
 */
export class LiveLine {
  readonly #stream: WriteStream;
  readonly #text: () => string;
  readonly #timer: NodeJS.Timeout;

  constructor(text: () => string, stream: WriteStream = process.stderr) {
    this.#stream = stream;
    this.#text = text;
    this.#timer = setInterval(this.#draw, this.#isTerminal ? REDRAW_MS : PLAIN_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    if (this.#isTerminal) this.#stream.write('\r\x1b[K');
  }

  get #isTerminal(): boolean {
    return (this.#stream.isTTY as boolean | undefined) === true;
  }

  readonly #draw = (): void => {
    const text = this.#text();
    this.#stream.write(this.#isTerminal ? `\r${text.slice(0, this.#stream.columns - 1)}\x1b[K` : `${text}\n`);
  };
}

const BAR_CELLS = 20;

/** `██████░░░░` */
export function progressBar(share: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * BAR_CELLS);
  return '█'.repeat(full) + '░'.repeat(BAR_CELLS - full);
}
