import { types } from 'node:util';
import { className, type Describer, ownText } from './describe.ts';
import { beginningOf, REDACTED, type Redactor } from './redact.ts';

/** How arguments stand inside the `args` text: each as JSON, or each as text that holds JSON. */
export type ArgsEncoding = 'single' | 'double';

export interface CallValuesOptions {
  /** How many characters of a value are kept; 0 keeps them all. */
  readonly maxArgLength: number;
  readonly argsEncoding: ArgsEncoding;
  /** Longer values than this go into a file of their own, so they are not cut here. */
  readonly keepsWhole: boolean;
}

const ELLIPSIS = '...';
const HIDDEN_VALUE = `"${REDACTED}"`;

/** Writes a call's arguments, result and error as an event shows them. */
export class CallValues {
  readonly #describer: Describer;
  readonly #redactor: Redactor | undefined;
  readonly #options: CallValuesOptions;
  readonly #limit: number;

  constructor(describer: Describer, redactor: Redactor | undefined, options: CallValuesOptions) {
    this.#describer = describer;
    this.#redactor = redactor;
    this.#options = options;
    this.#limit = options.maxArgLength === 0 || options.keepsWhole ? Infinity : options.maxArgLength;
  }

  args(args: object): string {
    let text = '{';
    const values = args as Readonly<Record<string, unknown>>;
    for (const name of Object.keys(args)) {
      const { json, isHidden } = this.#describer.name(name);
      const value = isHidden ? HIDDEN_VALUE : this.#arg(values[name]);
      text += text.length > 1 ? `,${json}:${value}` : `${json}:${value}`;
    }
    return `${text}}`;
  }

  #arg(value: unknown): string {
    const text = this.#describer.describe(value);
    if (text.length > this.#limit) return JSON.stringify(text.slice(0, this.#limit) + ELLIPSIS);
    return this.#options.argsEncoding === 'double' ? JSON.stringify(text) : text;
  }

  result(value: unknown): string {
    const text = this.#describer.describe(value);
    return text.length > this.#limit ? text.slice(0, this.#limit) + ELLIPSIS : text;
  }

  /** As JSON: type and message, as the event shows them. */
  error(error: unknown): string {
    return JSON.stringify({ type: errorType(error), message: this.#message(errorMessage(error)) });
  }

  #message(text: string): string {
    const shown = beginningOf(text, this.#limit + 1, this.#redactor);
    return shown.length > this.#limit ? shown.slice(0, this.#limit) + ELLIPSIS : shown;
  }
}

function errorType(error: unknown): string {
  if (typeof error !== 'object' || error === null) return typeof error;
  if (types.isProxy(error)) return 'Proxy';
  return ownText(error, 'name') ?? className(error);
}

function errorMessage(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error);
  return ownText(error, 'message') ?? '';
}
