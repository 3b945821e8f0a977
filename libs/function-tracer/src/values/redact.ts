/** What to hide from traces. */
export interface RedactOptions {
  /** Names, of parameters and properties, whose values are never shown; case, `-` and `_` do not count. */
  readonly keys: readonly string[];
}

export const REDACTED = '[REDACTED]';

/** Names that carry secrets in most programs. */
export const SECRET_KEYS: readonly string[] = [
  'password',
  'passwd',
  'pwd',
  'passphrase',
  'secret',
  'clientsecret',
  'token',
  'accesstoken',
  'refreshtoken',
  'idtoken',
  'authorization',
  'proxyauthorization',
  'cookie',
  'setcookie',
  'apikey',
  'xapikey',
  'privatekey',
  'credentials',
  'cardnumber',
  'cvv',
  'cvc',
  'ssn',
  'sessionid',
  'csrftoken',
];

const BEARER = /\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/g;
// Begins only where a word does: to try it at each `eyJ` of a long word would take the square of its length.
const JWT = /(?<![\w-])eyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*/g;
const CARD = /\b(?:\d[ -]?){12,18}\d\b/g;

/** Hides secrets: values by their name, and tokens and card numbers inside text. */
export class Redactor {
  readonly #keys: ReadonlySet<string>;

  constructor({ keys }: RedactOptions) {
    this.#keys = new Set(keys.map(plain));
  }

  hides(key: string): boolean {
    return this.#keys.has(plain(key));
  }

  text(value: string): string {
    if (value.length < SHORTEST_SECRET || !LOOKS_SECRET.test(value)) return value;
    return value
      .replace(BEARER, `$1 ${REDACTED}`)
      .replace(JWT, REDACTED)
      .replace(CARD, digits => (isCard(digits) ? REDACTED : digits));
  }
}

/** A secret that begins within what is shown is recognised by so much of what follows. */
const LOOK_AHEAD = 256;

/** The first characters of a text, without secrets. No more is read than that takes: a text may be of any length. */
export function beginningOf(text: string, chars: number, redactor: Redactor | undefined): string {
  if (redactor === undefined) return text.slice(0, chars);
  const isShort = text.length <= chars + LOOK_AHEAD;
  const shown = isShort ? redactor.text(text) : `${redactor.text(text.slice(0, chars + LOOK_AHEAD))}…`;
  return shown.slice(0, chars);
}

const SHORTEST_SECRET = 12;
const LOOKS_SECRET = /Bearer|Basic|eyJ|\d[ -]?\d[ -]?\d[ -]?\d[ -]?\d[ -]?\d[ -]?\d/;

function plain(key: string): string {
  return key.toLowerCase().replaceAll(/[-_]/g, '');
}

// Luhn's check tells a card's number from an order's.
function isCard(text: string): boolean {
  const digits = text.replaceAll(/\D/g, '').split('').map(Number).reverse();
  const sum = digits.reduce((total, digit, index) => total + (index % 2 === 0 ? digit : doubled(digit)), 0);
  return sum % 10 === 0;
}

function doubled(digit: number): number {
  return digit > 4 ? digit * 2 - 9 : digit * 2;
}
