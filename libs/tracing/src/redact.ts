import type { Attributes } from '@opentelemetry/api';
import { ATTR_DB_QUERY_TEXT } from '@opentelemetry/semantic-conventions';
import { isBareSql } from './clients/sql.ts';

/** What stands where a secret was. */
export const REDACTED = '[redacted]';

const secretKey =
  /authorization|cookie|passw(or)?d|passwd|passphrase|secret|token|api[-_.]?key|private[-_.]?key|credential|card[-_.]?(number|no|num)|\bpan\b|\bcvv2?\b|\bcvc2?\b|(^|[._-])iban$/i;

// What tells by its shape that it is a secret, whatever it is called. One look decides for nearly every value: names that begin with the same letter
// stand together, since each further letter to begin with costs at every character.
const suspicious =
  /@|%40|eyJ|b(?:earer|asic )|[2-6](?:[ -]?\d){12}|a(?:uthorization|pi[-_.]?key)|c(?:ookie|redential)|p(?:assw|assphrase|rivate[-_.]?key)|secret|token/i;

// What follows is read in one pass each, however long the text is: nothing in it can be read in two ways.
const headerNames = 'authorization|cookie';
const secretNames =
  'passw(?:or)?d|passphrase|secret(?:[-_]?access)?(?:[-_]?key)?|token|api[-_.]?key|private[-_.]?key|credentials?';
const placeholder = String.raw`\s|\$\d|\?|\[redacted`;
// To the quote that closes it, or to the end of the line where the text is cut off; in JSON inside JSON quotes have backslashes before them.
const quoted = [
  quotedBy('"', '"', String.raw`(?:\\[^\r\n]|[^"\\\r\n])*`),
  quotedBy("'", "'", String.raw`(?:\\[^\r\n]|[^'\\\r\n])*`),
  quotedBy(
    String.raw`(?<escaped>\\+["'])`,
    String.raw`\k<escaped>`,
    String.raw`(?:(?!(?<!\\)(?:\k<escaped>|"))[^\r\n])*`,
  ),
].join('|');
// Of a header no more than its grammar has: the message, the query or the statement that it stands in goes on behind it.
const equalsQuoted = String.raw`\\*"(?![,}\]:])[^"\r\n]*"`;
const escapedSign = String.raw`\\(?![rn])[^\r\n]`;
// A sign that belongs to the value inside a word and to the text around it at the end of one.
const inWord = (signs: string) => String.raw`[${signs}](?![\s,}\])]|$)`;
const word = String.raw`(?:[^\s"'\\&,;}\])]|${inWord(`',;}\\])`)}|${escapedSign})+`;
// A scheme and its parameters, or at most two words.
const parameter = String.raw`[\w-]+=(?:${equalsQuoted}|${word})?`;
const credentials = String.raw`[\w-]+[ \t]+${parameter}(?:[ \t]*,[ \t]*(?:${parameter}|[\w-]+))*|${word}(?:[ \t]+${word})?`;
// Pairs, and what has blanks in it only where another pair follows; else one word.
const cookieValue = String.raw`(?:${equalsQuoted}|(?:[^\s"'\\;]|${inWord("'")}|${escapedSign})*)`;
const untilNext = String.raw`(?:[^;"'\\\r\n]|${escapedSign}){0,100};[; \t]*`;
const cookies = String.raw`[^\s"'\\;,=&]+=${cookieValue}(?:${untilNext}[^\s"'\\;=]+(?:=${cookieValue})?)*|[^\s"'\\&;,]+`;

const urlCredentials = /:\/\/[^\s/?#"'<>\\]+@/g;
const property = named(
  String.raw`(?:${headerNames}|${secretNames})(?<nameQuote>\\*["'])\s*[=:]\s*`,
  String.raw`[^\s"'\\&;,}\]{[]+`,
);
const authorization = named(String.raw`authorization[ \t]*[=:][ \t]*`, credentials);
const cookie = named(String.raw`cookie[ \t]*[=:][ \t]*`, cookies);
const assignment = named(String.raw`(?:${secretNames})\s*[=:]\s*`, String.raw`[^\s"'\\&;,}]+`);
const jwt = /\beyJ[\w-]+(\.[\w-]+(?:\.[\w-]*)?)?/g;
const scheme = /\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi;
// Of the characters allowed in a local part, those that separate in queries and paths are left out. What ends in a number is a package and its version.
const email = /(?<![\w.!#$'*+^`{|}~-])[\w.!#$'*+^`{|}~-]+(?:@|%40)[\w-]+(?:\.[\w-]+)*\.(?!\d)[\w-]+/gi;
const digits = /(?<!\w)(?<!\d\.)\d(?:[ -]?\d){12,18}(?!\w)(?!\.\d)/g;

function named(name: string, value: string): RegExp {
  return new RegExp(`(?<name>${name})(?:${quoted}|(?!${placeholder})(?:${value}))`, 'gi');
}

// A list of several, as `set-cookie` is, or one.
function quotedBy(open: string, close: string, content: string): string {
  return `(?<open>\\[[ \\t]*${open})${content}(?:${close}[ \\t]*,[ \\t]*${close}${content})*|(?<open>${open})${content}`;
}

/** True where the value of `key` must not be seen, whatever it is: `authorization`, `user.password`, `card_number`. */
export function isSecretKey(key: string): boolean {
  return secretKey.test(key);
}

/**
 * `text` without what has the shape of a secret: JSON web tokens, bearer and basic credentials, those in addresses, `Cookie: …` lines, `password=…`
 * pairs, card numbers (by length and check digit) and e-mail addresses, also where percent signs spell them. Text that holds none is returned as it is.
 */
export function redactText(text: string): string {
  const seen = suspicious.test(text) ? redactPlain(text) : text;
  if (!seen.includes('%')) return seen;
  const decoded = decodedText(seen);
  if (decoded === seen || !suspicious.test(decoded)) return seen;
  const seenDecoded = redactPlain(decoded);
  return seenDecoded === decoded ? seen : seenDecoded;
}

// Lines first: what is cut out of one must not hide that it goes on.
function redactPlain(text: string): string {
  return redactShapes(
    text
      .replace(urlCredentials, `://${REDACTED}@`)
      .replace(property, hidden)
      .replace(authorization, hidden)
      .replace(cookie, hidden)
      .replace(assignment, hidden),
  );
}

// In a statement without literals, what stands after `token =` is another name.
function redactStatement(text: string): string {
  return suspicious.test(text) && isBareSql(text) ? redactShapes(text) : redactText(text);
}

function redactShapes(text: string): string {
  return text
    .replace(jwt, (found, payload: string | undefined) => (payload === undefined ? found : REDACTED))
    .replace(scheme, `$1 ${REDACTED}`)
    .replace(email, REDACTED)
    .replace(digits, found => (isCardNumber(found) ? REDACTED : found));
}

// A value without quotes under a name that has them is JSON's, and needs them to stay JSON.
function hidden(...found: readonly unknown[]): string {
  const { name, nameQuote = '', open } = found.at(-1) as HiddenParts;
  return open === undefined ? `${name}${nameQuote}${REDACTED}${nameQuote}` : `${name}${open}${REDACTED}`;
}

interface HiddenParts {
  readonly name: string;
  readonly nameQuote?: string;
  readonly open?: string;
}

// What stands in a path or a query is spelled with percent signs, and a secret is one in any spelling.
function decodedText(text: string): string {
  return text.replace(/(?:%[\da-f]{2})+/gi, encoded => {
    try {
      return decodeURIComponent(encoded);
    } catch {
      return encoded;
    }
  });
}

/** `value` as it may be seen under `key`. */
export function redactValue(key: string, value: unknown): unknown {
  return redactOfKind(keyKinds.of(key), value);
}

function redactOfKind(kind: KeyKind, value: unknown): unknown {
  if (kind === 'plain') return value;
  if (kind === 'secret') return REDACTED;
  if (typeof value === 'string') return kind === 'statement' ? redactStatement(value) : redactText(value);
  if (typeof value === 'number') return redactNumber(value);
  return typeof value === 'object' ? redactRecord(value) : value;
}

function redactNumber(value: number): unknown {
  return value >= 1e12 && isCardNumber(String(value)) ? REDACTED : value;
}

/** Redacts `attributes` in place: span attributes are read by many and owned by none. */
export function redactAttributes(attributes: Attributes): void {
  let known: KnownKey | undefined;
  for (const key in attributes) {
    known = keyKinds.after(known, key);
    const { kind } = known;
    if (kind === 'plain') continue;
    if (kind === 'leaking') {
      // A key made from input, such as `inventory.<item>`, may hold what a value must not.
      attributes[redactText(key)] = redactOfKind(kind, attributes[key]);
      Reflect.deleteProperty(attributes, key);
      continue;
    }
    const value = attributes[key];
    if (typeof value === 'boolean') continue;
    const redacted = redactOfKind(kind, value);
    if (redacted !== value) attributes[key] = redacted;
  }
}

/**
 * A deep copy of `value` for a log line: secret keys emptied, secret shapes cut out of strings, cut off below `depth`.
 * Instances of classes pass as they are, since serialisers know them and we do not.
 */
export function redactRecord(value: unknown, depth = 6): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'number') return redactNumber(value);
  if (typeof value !== 'object' || value === null || depth === 0) return value;
  if (Array.isArray(value)) return value.map(item => redactRecord(item, depth - 1));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      keyKinds.of(key) === 'secret' ? REDACTED : redactRecord(item, depth - 1),
    ]),
  );
}

function isCardNumber(text: string): boolean {
  const number = text.replaceAll(/[ -]/g, '');
  if (!/^[2-6]\d{12,18}$/.test(number)) return false;
  let sum = 0;
  for (let place = 0; place < number.length; place++) {
    const digit = Number(number[number.length - 1 - place]);
    const doubled = place % 2 === 0 ? digit : digit * 2;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

type KeyKind = 'plain' | 'statement' | 'secret' | 'leaking' | 'unknown';

// Written by this library from what it knows itself, so there is nothing to look for.
const plainKeys = [
  'client.address',
  'code.function.name',
  'db.collection.name',
  'db.operation.name',
  'db.query.summary',
  'db.system.name',
  'http.request.method',
  'http.response.status_code',
  'http.route',
  'nest.class',
  'nest.role',
  'server.address',
  'server.port',
  'url.scheme',
];

/** True for the keys of attributes whose values come from this library, not from its callers. */
export function isPlainKey(key: string): boolean {
  return keyKinds.of(key) === 'plain';
}

interface KnownKey {
  readonly key: string;
  readonly kind: KeyKind;
  /** The one that came after it last. */
  next: KnownKey | undefined;
}

/** Remembers what was found out about a key: attribute keys are few and come again with every span. */
class KeyKinds {
  readonly #known = new Map<string, KnownKey>();

  constructor(kinds: Iterable<readonly [key: string, kind: KeyKind]>) {
    for (const [key, kind] of kinds) this.#known.set(key, { key, kind, next: undefined });
  }

  of(key: string): KeyKind {
    return this.#lookUp(key).kind;
  }

  /** The same for the key after `previous`: mostly the one that came after it before, which costs less to see than to look up. */
  after(previous: KnownKey | undefined, key: string): KnownKey {
    if (previous?.next?.key === key) return previous.next;
    const known = this.#lookUp(key);
    if (previous !== undefined) previous.next = known;
    return known;
  }

  #lookUp(key: string): KnownKey {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const kind = redactText(key) !== key ? 'leaking' : isSecretKey(key) ? 'secret' : 'unknown';
    const found: KnownKey = { key, kind, next: undefined };
    // Keys made from input must not fill the memory.
    if (this.#known.size < 2_000) this.#known.set(key, found);
    return found;
  }
}

const keyKinds = new KeyKinds([...plainKeys.map(key => [key, 'plain'] as const), [ATTR_DB_QUERY_TEXT, 'statement']]);
