import type { Span } from '@tracelab/trace-model';
import { hash } from 'node:crypto';

/**
 * Equal for spans of the same id and content, resource and scope included, however they were encoded. Attributes keep
 * their order: a sender that repeats itself repeats that too. A hash, so that remembering many costs little.
 */
export function contentKeyOf(span: Span): string {
  return hash('sha256', JSON.stringify(span, jsonValue), 'base64');
}

// JSON knows neither bigint nor bytes, and writes NaN and Infinity as null.
function jsonValue(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (typeof value === 'number' && !Number.isFinite(value)) return `${value}`;
  return value;
}
