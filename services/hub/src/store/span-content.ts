import type { Span } from '@tracelab/trace-model';
import { hash } from 'node:crypto';

import { BatchDecoder } from '../otlp/decode-span.ts';
import { COLUMNS, SPAN_LENGTH, type TraceBatch } from '../otlp/trace-batch.ts';

/** A span of more bytes than this is told from others by its bytes: decoded it would be a multiple of them. */
const MAX_DECODED_BYTES = 1024 * 1024;

/**
 * Equal for spans of the same id and content, resource and scope included, however they were encoded. Attributes keep
 * their order: a sender that repeats itself repeats that too. A hash, so that remembering many costs little.
 */
export function contentKeyOf(span: Span): string {
  return hash('sha256', JSON.stringify(span, jsonValue), 'base64');
}

/** The same for a span in a batch. */
export function contentKeyAt(batch: TraceBatch, row: number): string {
  if ((batch.table[row * COLUMNS + SPAN_LENGTH] as number) <= MAX_DECODED_BYTES) {
    return contentKeyOf(new BatchDecoder(batch).span(row));
  }
  return partsAt(batch, row)
    .map(part => hash('sha256', part, 'base64'))
    .join(' ');
}

/** A span in a batch, by its row. */
export type SpanPlace = readonly [batch: TraceBatch, row: number];

/** Whether two spans are the same bytes, with their resources and scopes. */
export function isSameAt([leftBatch, leftRow]: SpanPlace, [rightBatch, rightRow]: SpanPlace): boolean {
  const right = partsAt(rightBatch, rightRow);
  return partsAt(leftBatch, leftRow).every((part, index) => part.equals(right[index] as Uint8Array));
}

/** The bytes of a span, of its resource and of its scope. */
function partsAt({ bytes, table }: TraceBatch, row: number): Buffer[] {
  const own = table.subarray(row * COLUMNS, (row + 1) * COLUMNS);
  return [0, 2, 4].map(column => {
    const at = own[column] as number;
    return Buffer.from(bytes.buffer, bytes.byteOffset + at, own[column + 1]);
  });
}

// JSON knows neither bigint nor bytes, and writes NaN and Infinity as null.
function jsonValue(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (typeof value === 'number' && !Number.isFinite(value)) return `${value}`;
  return value;
}
