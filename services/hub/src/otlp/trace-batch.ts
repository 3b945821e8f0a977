/**
 * Spans as they came: protobuf bytes, and a table that says where each span, its resource and its scope lie in them.
 * Two transferable buffers whatever the number of spans, so a batch crosses threads for nothing. Whoever is handed a
 * batch owns it.
 */
export interface TraceBatch {
  readonly bytes: Uint8Array;
  /** COLUMNS numbers per span. */
  readonly table: Int32Array;
}

/** Offset and length of a span, its resource and its scope; an absent one has length 0. */
export const COLUMNS = 6;
export const SPAN_AT = 0;
export const SPAN_LENGTH = 1;
export const RESOURCE_AT = 2;
export const RESOURCE_LENGTH = 3;
export const SCOPE_AT = 4;
export const SCOPE_LENGTH = 5;

export const spanCountOf = (batch: TraceBatch): number => batch.table.length / COLUMNS;

/** Bytes that a batch keeps alive. */
export const sizeBytesOf = ({ bytes, table }: TraceBatch): number => bytes.byteLength + table.byteLength;

/** Copies what lies between `at` and `at + length` to the end of a growing list, sharing parts that were added before. */
class PartList {
  readonly #source: Uint8Array;
  readonly #offsets = new Map<number, number>();
  readonly #parts: Uint8Array[] = [];
  #size = 0;

  constructor(source: Uint8Array) {
    this.#source = source;
  }

  add(at: number, length: number): number {
    if (length === 0) return 0;
    const known = this.#offsets.get(at);
    if (known !== undefined) return known;
    this.#parts.push(this.#source.subarray(at, at + length));
    this.#offsets.set(at, this.#size);
    this.#size += length;
    return this.#size - length;
  }

  joined(): Uint8Array {
    const bytes = new Uint8Array(this.#size);
    let at = 0;
    for (const part of this.#parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }
}

/** A batch of its own with the spans of those rows, free of the bytes around them. */
export function sliceBatch(batch: TraceBatch, rows: readonly number[]): TraceBatch {
  const parts = new PartList(batch.bytes);
  const table = new Int32Array(rows.length * COLUMNS);
  rows.forEach((row, index) => {
    for (let column = 0; column < COLUMNS; column += 2) {
      const at = batch.table[row * COLUMNS + column] as number;
      const length = batch.table[row * COLUMNS + column + 1] as number;
      table[index * COLUMNS + column] = parts.add(at, length);
      table[index * COLUMNS + column + 1] = length;
    }
  });
  return { bytes: parts.joined(), table };
}

/** One batch with the spans of all, in order. */
export function joinBatches(batches: readonly TraceBatch[]): TraceBatch {
  const bytes = new Uint8Array(batches.reduce((sum, batch) => sum + batch.bytes.length, 0));
  const table = new Int32Array(batches.reduce((sum, batch) => sum + batch.table.length, 0));
  let [byteAt, tableAt] = [0, 0];
  for (const batch of batches) {
    bytes.set(batch.bytes, byteAt);
    batch.table.forEach((number, index) => {
      table[tableAt + index] = number + (index % 2 === 0 ? byteAt : 0);
    });
    byteAt += batch.bytes.length;
    tableAt += batch.table.length;
  }
  return { bytes, table };
}
