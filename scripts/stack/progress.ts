import type { Style } from '../terminal/style.ts';

/** One line that says what is awaited; on a terminal it is written over and goes away, elsewhere nothing is written. */
export class Progress {
  readonly #output: NodeJS.WriteStream;
  readonly #style: Style;
  readonly #done: string[] = [];

  constructor(output: NodeJS.WriteStream, style: Style) {
    this.#output = output;
    this.#style = style;
  }

  add(name: string): void {
    this.#done.push(name);
    if (this.#output.isTTY) this.#output.write(`\r\u001b[K${this.#style.dim(`starting  ${this.#done.join('  ')}`)}`);
  }

  clear(): void {
    if (this.#output.isTTY) this.#output.write('\r\u001b[K');
  }
}
