/** A value with OTLP's types kept apart: the int 5 and the double 5 are different values that read the same. */
export type AttributeValue =
  | { readonly type: 'empty' }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'bool'; readonly value: boolean }
  /** A number where that is exact, a bigint beyond 2^53. */
  | { readonly type: 'int'; readonly value: number | bigint }
  | { readonly type: 'double'; readonly value: number }
  | { readonly type: 'bytes'; readonly value: Uint8Array }
  | { readonly type: 'array'; readonly value: readonly AttributeValue[] }
  | { readonly type: 'map'; readonly value: readonly Attribute[] };

export interface Attribute {
  readonly key: string;
  readonly value: AttributeValue;
}

/** Text as the bytes it came in: who writes it passes them on, and a string is made only for who reads it. */
export class EncodedText {
  readonly type = 'string';
  /** All of what it came in. */
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly end: number;

  constructor(bytes: Uint8Array, from: number, end: number) {
    this.bytes = bytes;
    this.from = from;
    this.end = end;
  }

  get value(): string {
    return UTF8.decode(this.bytes.subarray(this.from, this.end));
  }
}

const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** The value of the first attribute of that key. */
export function attributeOf(attributes: readonly Attribute[], key: string): AttributeValue | undefined {
  return attributes.find(attribute => attribute.key === key)?.value;
}

/** The text that a search compares: `123`, `true`, `72.5`; JSON for arrays and maps, base64 for bytes. */
export function textOf(value: AttributeValue): string {
  switch (value.type) {
    case 'empty':
      return '';
    case 'string':
      return value.value;
    case 'bool':
    case 'int':
    case 'double':
      return String(value.value);
    case 'bytes':
      return base64Of(value.value);
    case 'array':
    case 'map':
      return JSON.stringify(plainOf(value));
  }
}

/** The value as plain JSON data: what a reader expects to see, types dropped. Integers beyond 2^53 become text. */
export function plainOf(value: AttributeValue): unknown {
  switch (value.type) {
    case 'empty':
      return null;
    case 'string':
    case 'bool':
      return value.value;
    case 'double':
      return Number.isFinite(value.value) ? value.value : String(value.value);
    case 'int':
      return typeof value.value === 'bigint' ? value.value.toString() : value.value;
    case 'bytes':
      return base64Of(value.value);
    case 'array':
      return value.value.map(plainOf);
    case 'map':
      // fromEntries defines own properties, so a key called __proto__ is a key like any other.
      return Object.fromEntries(value.value.map(entry => [entry.key, plainOf(entry.value)]));
  }
}

/** An integer as the narrowest exact kind of number. */
export function exactInt(value: bigint): number | bigint {
  const narrow = Number(value);
  return Number.isSafeInteger(narrow) ? narrow : value;
}

export function base64Of(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** Throws what `atob` throws when the text is not base64; the URL alphabet is read as well. */
export function bytesOfBase64(text: string): Uint8Array {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, character => character.charCodeAt(0));
}
