import { MalformedPayload } from './malformed-payload.ts';

type JsonObject = Readonly<Record<string, unknown>>;

// The readers below take what JSON.parse gave, and say which member is not what OTLP's JSON mapping asks for.
// null means absent, as in protobuf's own mapping.

export function objectOf(value: unknown, name: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(name, 'an object');
  return value as JsonObject;
}

export function listOf(value: unknown, name: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw wrong(name, 'a list');
  return value;
}

export function textOfField(value: unknown, name: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw wrong(name, 'text');
  return value;
}

/** A 32-bit count, flags or an enum: an integer, never an enum's name. */
export function countOf(value: unknown, name: string): number {
  if (value === undefined || value === null) return 0;
  const count = typeof value === 'string' ? Number(value || NaN) : value;
  if (typeof count !== 'number' || !Number.isInteger(count) || count < 0 || count > 0xffffffff) {
    throw wrong(name, 'an integer of 32 bits');
  }
  return count;
}

/** A 64-bit integer, as text or number. */
export function integerOf(value: unknown, name: string): bigint {
  if (value === undefined || value === null) return 0n;
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  if (typeof value === 'string' && INTEGER.test(value)) return BigInt(value);
  throw wrong(name, 'an integer, as text or number');
}

export function doubleOf(value: unknown, name: string): number {
  if (typeof value === 'number') return value;
  const special = typeof value === 'string' ? SPECIAL_DOUBLES.get(value) : undefined;
  const number = special ?? (typeof value === 'string' && value.trim() !== '' ? Number(value) : NaN);
  if (Number.isNaN(number) && value !== 'NaN') throw wrong(name, 'a number');
  return number;
}

export function boolOf(value: unknown, name: string): boolean {
  if (typeof value !== 'boolean') throw wrong(name, 'true or false');
  return value;
}

export function base64OfField(value: unknown, name: string): Buffer {
  const text = textOfField(value, name);
  if (!BASE64.test(text)) throw wrong(name, 'base64');
  return Buffer.from(text, 'base64');
}

/** An id in hex of either case. What is not hex becomes no bytes, which makes its span a bad one and not its request. */
export function idOf(value: unknown, name: string): Buffer {
  const text = textOfField(value, name);
  return HEX.test(text) ? Buffer.from(text, 'hex') : Buffer.alloc(0);
}

const INTEGER = /^-?\d{1,20}$/;
const HEX = /^(?:[0-9a-fA-F]{2})*$/;
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;
const SPECIAL_DOUBLES: ReadonlyMap<string, number> = new Map([
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
]);

const wrong = (name: string, expected: string) => new MalformedPayload(`${name} is not ${expected}`);
