import { type Edit, lineAt, lineStarts } from './edits.ts';

/** Finds the original column of a position in edited text. Lines never move, so only columns need it. */
export class Columns {
  /** By line (from 0): pairs of original column and inserted length, in order. */
  readonly #insertions = new Map<number, number[]>();

  constructor(source: string, edits: readonly Edit[], firstFunction: number) {
    const starts = lineStarts(source);
    for (const edit of edits) {
      const line = lineAt(starts, edit.at);
      const length = insertedLength(edit, firstFunction);
      const pairs = this.#insertions.get(line);
      const column = edit.at - (starts[line] ?? 0);
      if (pairs === undefined) this.#insertions.set(line, [column, length]);
      else pairs.push(column, length);
    }
  }

  isEdited(line: number): boolean {
    return this.#insertions.has(line);
  }

  /** Both count from 0. A position inside an insertion is where the insertion was made. */
  original(line: number, column: number): number {
    const pairs = this.#insertions.get(line) ?? [];
    let inserted = 0;
    for (let i = 0; i < pairs.length; i += 2) {
      const at = (pairs[i] ?? 0) + inserted;
      const length = pairs[i + 1] ?? 0;
      if (column < at) break;
      if (column < at + length) return at - inserted;
      inserted += length;
    }
    return column - inserted;
  }
}

function insertedLength({ text, functionIndex }: Edit, firstFunction: number): number {
  return functionIndex === undefined ? text.length : text.length - 2 + String(firstFunction + functionIndex).length;
}
