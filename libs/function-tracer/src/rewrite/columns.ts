import { type Edit, lineAt, lineStarts } from './edits.ts';

interface Insertion {
  readonly column: number;
  readonly length: number;
  /** What a position inside stands for. */
  readonly origin: Position;
}

/** Both count from 0. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Finds the original of a position in edited text. Text on the lines never moves to others. */
export class Columns {
  /** By line, in order. */
  readonly #insertions = new Map<number, Insertion[]>();

  constructor(source: string, edits: readonly Edit[], firstFunction: number) {
    const starts = lineStarts(source);
    const place = (position: number): Position => {
      const line = lineAt(starts, position);
      return { line, column: position - (starts[line] ?? 0) };
    };
    for (const edit of edits) {
      const { line, column } = place(edit.at);
      const insertion = { column, length: insertedLength(edit, firstFunction), origin: place(edit.origin ?? edit.at) };
      const onLine = this.#insertions.get(line);
      if (onLine === undefined) this.#insertions.set(line, [insertion]);
      else onLine.push(insertion);
    }
  }

  isEdited(line: number): boolean {
    return this.#insertions.has(line);
  }

  original(line: number, column: number): Position {
    let inserted = 0;
    for (const { column: before, length, origin } of this.#insertions.get(line) ?? []) {
      const at = before + inserted;
      if (column < at) break;
      if (column < at + length) return origin;
      inserted += length;
    }
    return { line, column: column - inserted };
  }
}

function insertedLength({ text, functionIndex }: Edit, firstFunction: number): number {
  return functionIndex === undefined ? text.length : text.length - 2 + String(firstFunction + functionIndex).length;
}
