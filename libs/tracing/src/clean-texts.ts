import { redactText } from './redact.ts';

// Texts made from input must not fill the memory.
const MAX_TEXTS = 2_000;
const MAX_LENGTH = 500;

/** Remembers texts that hold no secret, where few come again and again: the names of spans, the programs that call. */
export class CleanTexts {
  readonly #known = new Set<string>();

  /** `text` as it may be seen. */
  seen(text: string): string {
    if (this.#known.has(text)) return text;
    const seen = redactText(text);
    if (seen === text && text.length <= MAX_LENGTH && this.#known.size < MAX_TEXTS) this.#known.add(text);
    return seen;
  }
}
