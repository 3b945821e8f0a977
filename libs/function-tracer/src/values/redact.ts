/** What to hide from traces. */
export interface RedactOptions {
  /** Names besides the usual ones whose values are never shown; case, `-` and `_` do not count. */
  readonly keys: readonly string[];
}

export const REDACTED = '[REDACTED]';

// What a language model counts, and what is only said about a secret, is none.
const NOT_COUNTED = '(?<!_(?:max|min|prompt|completion|input|output|total|reasoning|cached)_)';
const NOT_ABOUT_ONE = '(?!(?:count|type|name|length|index|limit)s?_$)';
// Of a name in lower case with `_` before, between and after its words. What no other word ends in is found at the end
// of one, too (`authtoken`), what no other holds anywhere in it (`passwordhash`).
const SECRET_NAME = new RegExp(
  [
    'pwds?_',
    '_(?:otp|totp|cvv|cvc|ssn|jwt)s?_',
    // Elsewhere it may be a verb, as in `passOn`.
    '_(?:db_?)?pass_$',
    `(?:${NOT_COUNTED}token|secret|cookie)s?_${NOT_ABOUT_ONE}`,
    'authorization_$',
    'pass_?(?:word|wd|phrase|code|key|hash)|credential',
    // `APIkey` comes apart before its I.
    '(?:ap_?i|access|secret|private|signing|encryption)_?keys?_',
    '_(?:credit|debit|bank)?_?card_?(?:number|num|no)_',
    'session_?id_',
  ].join('|'),
);

// All of them look at a character a bounded number of times: a text may be long, and anybody may have written it.
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g;
const SCHEME = /\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi;
/** Words joined by dots, as a JWT is. */
const DOTTED = /(?<![\w-])[\w-]+(?:\.[\w-]*)+/g;
const USER_INFO = /:\/\/[^\s/?#"'<>`\\]*@/g;
const CARD = /\b(?:\d[ -]?){12,18}\d\b/g;
/** `name=` and `"name":`, whose quotes have backslashes before them where the text is JSON within JSON. */
const NAMED = /(?<![\w.-])([\w.-]{2,64})(?:=|(\\{0,7})"\s{0,64}:\s{0,64})/g;
const OPENING_QUOTE = /(\\{0,7})(["'])/y;
const JSON_VALUE = /[^\s",}\]\\]*/y;
const PLAIN_VALUE = /[^\s"'<>&;]*/y;

/** Hides secrets: values by their name, and what looks like one inside text. */
export class Redactor {
  readonly #keys: ReadonlySet<string>;
  readonly #known = new Map<string, boolean>();

  constructor({ keys }: RedactOptions) {
    this.#keys = new Set(keys.map(plain));
  }

  /** Whether what has this name is not to be shown. Names come again and again, and are judged once. */
  hides(name: string): boolean {
    if (name.length > LONGEST_NAME_KEPT) return this.#judges(shortened(name));
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const hides = this.#judges(name);
    if (this.#known.size >= MOST_NAMES_KEPT) this.#known.clear();
    this.#known.set(name, hides);
    return hides;
  }

  /** The whole name, and each part of it: of `headers.authorization:auth` the middle one tells. */
  #judges(name: string): boolean {
    return [name, ...name.split(/[.:]/)].some(part => SECRET_NAME.test(wordsOf(part))) || this.#isGiven(name);
  }

  #isGiven(name: string): boolean {
    return this.#keys.size > 0 && [name, ...name.split(/[.: ]/)].some(part => this.#keys.has(plain(part)));
  }

  text(value: string): string {
    if (value.length < SHORTEST_SECRET || !LOOKS_SECRET.test(value)) return value;
    return this.#withoutNamed(withoutShapes(value));
  }

  /** Hides `value` in `…?token=value`, `password=value;` and `"secret":"value"`. */
  #withoutNamed(text: string): string {
    let shown = '';
    let from = 0;
    NAMED.lastIndex = 0;
    for (let found = NAMED.exec(text); found !== null; found = NAMED.exec(text)) {
      const [head, name = '', backslashes = ''] = found;
      if (!this.hides(name)) continue;
      const unquoted = head.endsWith('=') ? PLAIN_VALUE : JSON_VALUE;
      const value = valueAt(text, NAMED.lastIndex, { unquoted, escapes: backslashes.length });
      shown += text.slice(from, value.start) + REDACTED;
      from = value.end;
      NAMED.lastIndex = from;
    }
    return from === 0 ? text : shown + text.slice(from);
  }
}

const MOST_NAMES_KEPT = 10_000;
const LONGEST_NAME_KEPT = 100;
const JUDGED_CHARS = 128;

/** A secret that begins within what is shown is recognised by so much of what follows. */
const LOOK_AHEAD = 256;

/** The first characters of a text, without secrets. No more is read than that takes: a text may be of any length. */
export function beginningOf(text: string, chars: number, redactor: Redactor | undefined): string {
  if (redactor === undefined) return text.slice(0, chars);
  const isShort = text.length <= chars + LOOK_AHEAD;
  const shown = isShort ? redactor.text(text) : `${redactor.text(text.slice(0, chars + LOOK_AHEAD))}…`;
  return shown.slice(0, chars);
}

const SHORTEST_SECRET = 8;
const SCHEME_NAME = /[Bb]earer|[Bb]asic|BEARER|BASIC/;
const DIGITS = /\d[ -]?\d[ -]?\d[ -]?\d[ -]?\d[ -]?\d[ -]?\d/;
const LOOKS_SECRET = new RegExp(`[\\w.-]=|"\\s{0,64}:|://|eyJ|-----BEGIN|${SCHEME_NAME.source}|${DIGITS.source}`);

interface Quote {
  readonly quote: string;
  /** How many backslashes stand before it. */
  readonly escapes: number;
}

/** What the name before a value tells of it. */
interface Surroundings {
  readonly unquoted: RegExp;
  /** How many backslashes stand before a quote there. */
  readonly escapes: number;
}

/** Where a value stands in a text: inside its quotes, up to the last of its brackets, or as far as its characters go. */
function valueAt(text: string, from: number, { unquoted, escapes }: Surroundings): { start: number; end: number } {
  OPENING_QUOTE.lastIndex = from;
  const [opening = '', backslashes = '', quote = ''] = OPENING_QUOTE.exec(text) ?? [];
  const start = from + opening.length;
  if (opening !== '') return { start, end: endOfQuoted(text, start, { quote, escapes: backslashes.length }) };
  if (unquoted === JSON_VALUE && BRACKETS.test(text.charAt(from)))
    return { start, end: endOfBrackets(text, start, escapes) };
  unquoted.lastIndex = from;
  unquoted.test(text);
  return { start, end: unquoted.lastIndex };
}

const BRACKETS = /[[{]/;

/** Before the quote that ends it, which has as many backslashes as the one before; what it holds has twice as many. */
function endOfQuoted(text: string, from: number, { quote, escapes }: Quote): number {
  for (let at = text.indexOf(quote, from); at >= 0; at = text.indexOf(quote, at + 1)) {
    let start = at;
    while (start > from && text[start - 1] === '\\') start--;
    const before = at - start;
    if (before < escapes) return start;
    if (before % (2 * escapes + 2) === escapes) return at - escapes;
  }
  return text.length;
}

function endOfBrackets(text: string, from: number, escapes: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const character = text[at];
    if (character === '"') at = endOfQuoted(text, at + 1, { quote: '"', escapes }) + escapes;
    else if (character === '[' || character === '{') depth++;
    else if ((character === ']' || character === '}') && --depth === 0) return at + 1;
  }
  return text.length;
}

/** Anybody may have written a key, of any length; what a name says it says at its ends. */
function shortened(name: string): string {
  return name.length > 2 * JUDGED_CHARS ? `${name.slice(0, JUDGED_CHARS)}:${name.slice(-JUDGED_CHARS)}` : name;
}

function wordsOf(name: string): string {
  const apart = name.replaceAll(/[a-z\d](?=[A-Z])|[A-Z](?=[A-Z][a-z])/g, '$&_');
  return `_${apart.replaceAll(/[^A-Za-z]+/g, '_')}_`.toLowerCase().replaceAll('__', '_');
}

function plain(key: string): string {
  return key.toLowerCase().replaceAll(/[-_]/g, '');
}

// Most texts that come so far hold one of them or none, and to look for a word costs a tenth of an expression.
function withoutShapes(value: string): string {
  let text = value;
  if (text.includes('-----BEGIN')) text = text.replace(PRIVATE_KEY, REDACTED);
  if (SCHEME_NAME.test(text)) text = text.replace(SCHEME, `$1 ${REDACTED}`);
  if (text.includes('eyJ')) text = text.replace(DOTTED, withoutToken);
  if (text.includes('@')) text = text.replace(USER_INFO, `://${REDACTED}@`);
  if (DIGITS.test(text)) text = text.replace(CARD, digits => (isCard(digits) ? REDACTED : digits));
  return text;
}

/** A JWT's first part begins with `eyJ`; the last one may be cut off. */
function withoutToken(words: string): string {
  const parts = words.split('.');
  const header = parts.slice(0, -1).findIndex(part => part.lastIndexOf('eyJ', part.length - SHORTEST_SECRET) >= 0);
  if (header < 0) return words;
  const before = parts.slice(0, header).map(part => `${part}.`);
  return before.join('') + (parts[header] ?? '').split('eyJ', 1).join('') + REDACTED;
}

// The first digit and Luhn's check tell a card's number from an order's, and from a time.
function isCard(text: string): boolean {
  const digits = text.replaceAll(/\D/g, '').split('').map(Number).reverse();
  const first = digits.at(-1) ?? 0;
  if (first < 2 || first > 6) return false;
  const sum = digits.reduce((total, digit, index) => total + (index % 2 === 0 ? digit : doubled(digit)), 0);
  return sum % 10 === 0;
}

function doubled(digit: number): number {
  return digit > 4 ? digit * 2 - 9 : digit * 2;
}
