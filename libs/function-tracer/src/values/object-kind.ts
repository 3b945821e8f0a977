import { types } from 'node:util';

type ObjectKind = 'plain' | 'date' | 'error' | 'map' | 'set' | 'pattern' | 'bytes' | 'opaque';

interface KindTest {
  readonly kind: ObjectKind;
  readonly isOne: (value: unknown) => boolean;
}

const PLAIN: KindTest = { kind: 'plain', isOne: () => true };
const kinds = new WeakMap<object, KindTest>();

/**
 * What an object is inside. To ask costs more than to write a small one, so for each prototype it is asked once what to ask.
 */
export function kindOf(value: object): ObjectKind {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === Array.prototype || prototype === null) return 'plain';
  const known = kinds.get(prototype as object);
  if (known?.isOne(value) === true) return known.kind;
  const found = KIND_TESTS.find(({ isOne }) => isOne(value)) ?? PLAIN;
  // An imitation of a built-in object says nothing of the real ones.
  if (found !== PLAIN || !inheritsBuiltIn(prototype as object)) kinds.set(prototype as object, found);
  return found.kind;
}

const KIND_TESTS: readonly KindTest[] = [
  { kind: 'date', isOne: types.isDate },
  { kind: 'error', isOne: value => isError(value) },
  { kind: 'map', isOne: types.isMap },
  { kind: 'set', isOne: types.isSet },
  { kind: 'pattern', isOne: types.isRegExp },
  { kind: 'bytes', isOne: types.isTypedArray },
  { kind: 'opaque', isOne: types.isPromise },
  { kind: 'opaque', isOne: types.isAnyArrayBuffer },
  { kind: 'opaque', isOne: types.isBoxedPrimitive },
  { kind: 'opaque', isOne: types.isWeakMap },
  { kind: 'opaque', isOne: types.isWeakSet },
];

const BUILT_IN: ReadonlySet<unknown> = new Set<unknown>([
  ...[Date, Error, Map, Set, RegExp, Promise, ArrayBuffer, SharedArrayBuffer, WeakMap, WeakSet].map(
    each => each.prototype,
  ),
  ...[String, Number, Boolean, Symbol, BigInt].map(each => each.prototype),
  Object.getPrototypeOf(Uint8Array.prototype),
]);

function inheritsBuiltIn(prototype: object): boolean {
  let at: unknown = prototype;
  while (typeof at === 'object' && at !== null && !types.isProxy(at)) {
    if (BUILT_IN.has(at)) return true;
    at = Object.getPrototypeOf(at);
  }
  return false;
}

// TypeScript's library does not know it yet, and Node 22 neither.
const { isError = isInstance } = Error as { readonly isError?: (value: unknown) => value is Error };

function isInstance(value: unknown): value is Error {
  return value instanceof Error;
}
