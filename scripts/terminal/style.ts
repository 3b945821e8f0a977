import type { WriteStream } from 'node:tty';

/** Colour, where the output is a terminal and nobody asked for none. */
export class Style {
  readonly #isColour: boolean;

  constructor(isColour: boolean) {
    this.#isColour = isColour;
  }

  static of({ isTTY }: Pick<WriteStream, 'isTTY'>, { NO_COLOR = '' } = process.env): Style {
    // A stream that is no terminal has no isTTY at all.
    return new Style((isTTY as boolean | undefined) === true && NO_COLOR === '');
  }

  readonly dim = (text: string): string => this.#in('2', text);
  readonly red = (text: string): string => this.#in('31', text);
  readonly amber = (text: string): string => this.#in('33', text);
  readonly bold = (text: string): string => this.#in('1', text);

  #in(code: string, text: string): string {
    return this.#isColour && text !== '' ? `\x1b[${code}m${text}\x1b[0m` : text;
  }
}
