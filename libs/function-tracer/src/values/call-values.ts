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
export const HIDDEN_VALUE = `"${REDACTED}"`;

/** What is known of a parameter by its name. There are as many as the code has. */
interface Parameter {
  readonly json: string;
  readonly isHidden: boolean;
}

/** Writes a call's arguments, result and error as an event shows them. */
export class CallValues {
  readonly #describer: Describer;
  readonly #redactor: Redactor | undefined;
  readonly #options: CallValuesOptions;
  readonly #limit: number;
  readonly #parameters = new Map<string, Parameter>();

  constructor(describer: Describer, redactor: Redactor | undefined, options: CallValuesOptions) {
    this.#describer = describer;
    this.#redactor = redactor;
    this.#options = options;
    this.#limit = options.maxArgLength === 0 || options.keepsWhole ? Infinity : options.maxArgLength;
  }

  /** Whether values are not to be shown because of the name of the function that takes and returns them. */
  hidesThoseOf(functionName: string): boolean {
    return this.#redactor?.hides(functionName) === true;
  }

  /** Of a function that hides its values, the names alone. */
  args(args: object, hidesAll: boolean): string {
    let text = '{';
    const values = args as Readonly<Record<string, unknown>>;
    for (const name of Object.keys(args)) {
      const { json, isHidden } = this.#parameters.get(name) ?? this.#learn(name);
      const given = values[name];
      // Yes or no is no secret, as under `hasPassword`.
      const value = hidesAll || (isHidden && typeof given !== 'boolean') ? HIDDEN_VALUE : this.#arg(given);
      text += text.length > 1 ? `,${json}:${value}` : `${json}:${value}`;
    }
    return `${text}}`;
  }

  /** Rewritten code puts the property that a parameter is taken from before its name, with a colon between. */
  #learn(name: string): Parameter {
    const json = JSON.stringify(name.slice(name.lastIndexOf(':') + 1));
    const parameter = { json, isHidden: this.#redactor?.hides(name) === true };
    this.#parameters.set(name, parameter);
    return parameter;
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
