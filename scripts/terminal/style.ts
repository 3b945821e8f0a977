/** Colour only where a person looks, and never where they asked for none. */
export class Style {
  readonly #isColoured: boolean;

  constructor(output: { readonly isTTY?: boolean }, env: { readonly NO_COLOR?: string | undefined }) {
    this.#isColoured = output.isTTY === true && (env.NO_COLOR === undefined || env.NO_COLOR === '');
  }

  dim = (text: string): string => this.#in('2', text);
  bold = (text: string): string => this.#in('1', text);
  red = (text: string): string => this.#in('31', text);
  amber = (text: string): string => this.#in('33', text);
  accent = (text: string): string => this.#in('36', text);

  #in(code: string, text: string): string {
    return this.#isColoured && text !== '' ? `\u001b[${code}m${text}\u001b[0m` : text;
  }
}
