import { types } from 'node:util';
import { kindOf } from './object-kind.ts';
import { beginningOf, REDACTED, type Redactor } from './redact.ts';

/** How much of a value is looked at. */
export interface DescribeLimits {
  readonly maxDepth: number;
  readonly maxKeys: number;
  /** Roughly how long the text may become; what lies beyond is not even looked at. */
  readonly maxChars: number;
}

/** Too much inside, and none of it the application's own: only their name is shown. */
const OPAQUE = new Set([
  'IncomingMessage',
  'OutgoingMessage',
  'ClientRequest',
  'ServerResponse',
  'Http2ServerRequest',
  'Http2ServerResponse',
  'Socket',
  'TLSSocket',
  'Server',
  'Request',
  'Reply',
  'FastifyRequest',
  'FastifyReply',
  'WebSocket',
  'Worker',
  'MessagePort',
  'Timeout',
  'Immediate',
]);

/**
 * Writes a value as JSON without running any of the application's code: no getter, no `toJSON`, no proxy trap, no
 * iterator that was replaced. Cycles, depth and length are bounded. Never throws for any value.
 */
export class Describer {
  readonly #redactor: Redactor | undefined;
  readonly #limits: DescribeLimits;
  readonly #ancestors: object[] = [];
  readonly #names = new Map<string, KnownName>();
  readonly #large = new WeakSet();
  #room = 0;

  constructor(redactor: Redactor | undefined, limits: DescribeLimits) {
    this.#redactor = redactor;
    this.#limits = limits;
  }

  describe(value: unknown): string {
    this.#room = this.#limits.maxChars;
    this.#ancestors.length = 0;
    return this.#write(value);
  }

  #name(key: string): KnownName {
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const json = JSON.stringify(beginningOf(key, this.#limits.maxChars, this.#redactor));
    const named = { json, isHidden: this.#redactor?.hides(key) === true };
    if (key.length > LONGEST_NAME_KEPT) return named;
    if (this.#names.size >= MOST_NAMES_KEPT) this.#names.clear();
    this.#names.set(key, named);
    return named;
  }

  #write(value: unknown): string {
    switch (typeof value) {
      case 'string':
        return this.#string(value);
      case 'number':
        return Number.isFinite(value) ? this.#number(value) : `"${String(value)}"`;
      case 'boolean':
        return value ? 'true' : 'false';
      case 'undefined':
        return 'null';
      case 'bigint':
        return this.#bigint(String(value));
      case 'symbol':
        return this.#string(String(value));
      case 'function':
        return JSON.stringify(functionName(value));
      case 'object':
        return value === null ? 'null' : this.#object(value);
    }
  }

  #string(value: string): string {
    const text = JSON.stringify(beginningOf(value, this.#limits.maxChars + 1, this.#redactor));
    this.#room -= text.length;
    return text;
  }

  #number(value: number): string {
    const digits = String(value);
    return value < LEAST_CARD_NUMBER || this.#isShown(digits) ? digits : HIDDEN_VALUE;
  }

  #bigint(digits: string): string {
    return this.#isShown(digits) ? `"${digits}n"` : HIDDEN_VALUE;
  }

  #isShown(text: string): boolean {
    return this.#redactor === undefined || this.#redactor.text(text) === text;
  }

  #object(value: object): string {
    if (types.isProxy(value)) return '"[Proxy]"';
    if (this.#ancestors.includes(value)) return '"[Circular]"';
    const special = this.#special(value);
    if (special !== undefined) return special;
    const isArray = Array.isArray(value);
    const name = isArray ? 'Array' : className(value);
    if (this.#ancestors.length >= this.#limits.maxDepth || this.#room <= 0) return `"[${name}]"`;
    if (OPAQUE.has(name) || this.#large.has(value)) return `"[${name}]"`;
    this.#ancestors.push(value);
    const text = isArray ? this.#array(value) : this.#record(value, name);
    this.#ancestors.pop();
    return text;
  }

  #array(values: readonly unknown[]): string {
    let text = '[';
    const shown = Math.min(values.length, this.#limits.maxKeys);
    // As `[name, value]` and the headers of a request do, names may stand before their values.
    const mayBePairs = values.length % 2 === 0 && this.#redactor !== undefined;
    let isHidden = false;
    for (let index = 0; index < shown && this.#room > 0; index++) {
      if (index > 0) text += ',';
      // An element may be a getter, too.
      const element = Object.getOwnPropertyDescriptor(values, String(index));
      text += isHidden ? HIDDEN_VALUE : this.#property(element);
      isHidden = mayBePairs && index % 2 === 0 && this.#isSecretName(element?.value);
    }
    if (shown < values.length) text += `,"[${values.length - shown} more]"`;
    return `${text}]`;
  }

  #isSecretName(name: unknown): boolean {
    return typeof name === 'string' && name.length <= LONGEST_NAME_KEPT && this.#redactor?.hides(name) === true;
  }

  #record(value: object, name: string): string {
    let text = name === 'Object' ? '{' : `{"$type":${JSON.stringify(name)}`;
    const keys = Object.keys(value);
    // There is no way to ask for some keys only; a large object is shown once, so that not every call pays for all.
    if (keys.length > MOST_KEYS_ASKED) this.#large.add(value);
    const shown = Math.min(keys.length, this.#limits.maxKeys);
    for (let index = 0; index < shown && this.#room > 0; index++) {
      const key = keys[index] ?? '';
      const { json, isHidden } = this.#name(key);
      this.#room -= json.length + 2;
      const member = isHidden ? this.#secretMember(value, key) : this.#member(value, key);
      text += text.length > 1 ? `,${json}:${member}` : `${json}:${member}`;
    }
    if (shown < keys.length) text += `,"…":"[${keys.length - shown} more]"`;
    return `${text}}`;
  }

  #member(holder: object, key: string): string {
    return this.#property(Object.getOwnPropertyDescriptor(holder, key));
  }

  /** Yes or no is no secret, as under `hasPassword`. */
  #secretMember(holder: object, key: string): string {
    const value: unknown = Object.getOwnPropertyDescriptor(holder, key)?.value;
    return typeof value === 'boolean' ? String(value) : HIDDEN_VALUE;
  }

  #property(property: PropertyDescriptor | undefined): string {
    if (property === undefined) return 'null';
    return (property.get ?? property.set) ? '"[Getter]"' : this.#write(property.value);
  }

  #special(value: object): string | undefined {
    switch (kindOf(value)) {
      case 'plain':
        return undefined;
      case 'date':
        return dateText(value as Date);
      case 'error':
        return this.#error(value as Error);
      case 'map':
        return this.#map(value as Map<unknown, unknown>);
      case 'set':
        return this.#set(value as Set<unknown>);
      case 'pattern':
        return JSON.stringify(REGEXP_TO_STRING(value));
      case 'bytes':
        return bytesText(value as NodeJS.TypedArray, this.#redactor === undefined ? 0 : LONGEST_KEY_BYTES);
      case 'opaque':
        return `"[${className(value)}]"`;
    }
  }

  #error(error: Error): string {
    const type = JSON.stringify(className(error));
    return `{"$type":${type},"message":${this.#string(ownText(error, 'message') ?? '')}}`;
  }

  #map(map: Map<unknown, unknown>): string {
    const size = MAP_SIZE(map) as number;
    if (this.#ancestors.length >= this.#limits.maxDepth) return `"[Map(${size})]"`;
    this.#ancestors.push(map);
    const entries: string[] = [];
    const iterator = MAP_ENTRIES(map) as Iterator<[unknown, unknown]>;
    for (let step = MAP_NEXT(iterator); this.#goesOn(step, entries); step = MAP_NEXT(iterator)) {
      const [key, item] = step.value as [unknown, unknown];
      const isHidden = typeof key === 'string' && this.#redactor?.hides(key) === true;
      entries.push(`[${this.#write(key)},${isHidden ? HIDDEN_VALUE : this.#write(item)}]`);
    }
    this.#ancestors.pop();
    return `{"$type":"Map","size":${size},"entries":[${entries.join(',')}]}`;
  }

  #set(set: Set<unknown>): string {
    const size = SET_SIZE(set) as number;
    if (this.#ancestors.length >= this.#limits.maxDepth) return `"[Set(${size})]"`;
    this.#ancestors.push(set);
    const values: string[] = [];
    const iterator = SET_VALUES(set) as Iterator<unknown>;
    for (let step = SET_NEXT(iterator); this.#goesOn(step, values); step = SET_NEXT(iterator))
      values.push(this.#write(step.value));
    this.#ancestors.pop();
    return `{"$type":"Set","size":${size},"values":[${values.join(',')}]}`;
  }

  #goesOn(step: IteratorResult<unknown>, written: readonly string[]): boolean {
    return step.done !== true && this.#room > 0 && written.length < this.#limits.maxKeys;
  }
}

/** A name as JSON, and whether it hides the value under it. */
interface KnownName {
  readonly json: string;
  readonly isHidden: boolean;
}

const MOST_KEYS_ASKED = 1_000;
const MOST_NAMES_KEPT = 10_000;
const LONGEST_NAME_KEPT = 100;
const LEAST_CARD_NUMBER = 1e12;
const HIDDEN_VALUE = `"${REDACTED}"`;

// The originals, taken before an application can replace them.
const REGEXP_TO_STRING = methodOf(RegExp.prototype, 'toString');
const DATE_TO_ISO = methodOf(Date.prototype, 'toISOString');
const DATE_VALUE = methodOf(Date.prototype, 'getTime');
const MAP_ENTRIES = methodOf(Map.prototype, 'entries');
const SET_VALUES = methodOf(Set.prototype, 'values');
const MAP_SIZE = getterOf(Map.prototype, 'size');
const SET_SIZE = getterOf(Set.prototype, 'size');
const MAP_NEXT = nextOf(new Map().entries());
const SET_NEXT = nextOf(new Set().values());

type Original = (target: object) => unknown;

function methodOf(prototype: object, key: string): Original {
  return applying(Object.getOwnPropertyDescriptor(prototype, key)?.value);
}

function getterOf(prototype: object, key: string): Original {
  return applying(Reflect.get(Object.getOwnPropertyDescriptor(prototype, key) ?? {}, 'get'));
}

function nextOf(iterator: object): (iterator: Iterator<unknown>) => IteratorResult<unknown, unknown> {
  const next = methodOf(Object.getPrototypeOf(iterator) as object, 'next');
  return target => next(target) as IteratorResult<unknown, unknown>;
}

function applying(original: unknown): Original {
  const fn = original as (this: object) => unknown;
  return target => Reflect.apply(fn, target, []);
}

function dateText(date: Date): string {
  const time = Number(DATE_VALUE(date));
  return Number.isNaN(time) ? '"[Invalid Date]"' : `"${String(DATE_TO_ISO(date))}"`;
}

const SHOWN_BYTES = 16;
/** Fewer bytes may be a key or a digest. */
const LONGEST_KEY_BYTES = 64;

function bytesText(view: NodeJS.TypedArray, hiddenUpTo: number): string {
  const name = Buffer.isBuffer(view) ? 'Buffer' : className(view);
  if (view.byteLength <= hiddenUpTo) return `{"$type":"${name}","bytes":${view.byteLength}}`;
  const shown = Buffer.from(view.buffer, view.byteOffset, Math.min(view.byteLength, SHOWN_BYTES)).toString('hex');
  return `{"$type":"${name}","bytes":${view.byteLength},"hex":"${shown}${view.byteLength > SHOWN_BYTES ? '…' : ''}"}`;
}

const classNames = new WeakMap<object, string>();

/** The name of a value's class, found without running a getter. */
export function className(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null || typeof prototype !== 'object') return 'Object';
  const known = classNames.get(prototype);
  if (known !== undefined) return known;
  const name = nearestName(prototype);
  classNames.set(prototype, name);
  return name;
}

function nearestName(prototype: object): string {
  for (
    let at: unknown = prototype;
    typeof at === 'object' && at !== null && !types.isProxy(at);
    at = Object.getPrototypeOf(at)
  ) {
    const constructor: unknown = Object.getOwnPropertyDescriptor(at, 'constructor')?.value;
    const name = typeof constructor === 'function' ? ownText(constructor, 'name') : undefined;
    if (name !== undefined && name !== '') return name;
  }
  return 'Object';
}

function functionName(fn: object): string {
  if (types.isProxy(fn)) return '[Proxy]';
  const name = ownText(fn, 'name');
  return name === undefined || name === '' ? '[Function]' : `[Function: ${name}]`;
}

/** A string that the value itself holds, not one that it would compute. */
export function ownText(value: object, key: string): string | undefined {
  if (types.isProxy(value)) return undefined;
  const found: unknown = Object.getOwnPropertyDescriptor(value, key)?.value;
  return typeof found === 'string' ? found : undefined;
}
