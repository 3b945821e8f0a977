/** Text put in at a position of the original; nothing is ever taken out, and no edit holds a line break. */
export interface Edit {
  readonly at: number;
  /** `@@` stands for the function's number, which is known only when the file is loaded. */
  readonly text: string;
  /** The function's place in the file's list. */
  readonly functionIndex?: number;
  /** The position that V8 would give for code inside; `at` if absent. */
  readonly origin?: number;
}

/** Orders edits by position; at one position they keep the order in which they were made. */
export function sortEdits(edits: readonly Edit[]): Edit[] {
  return edits.toSorted((a, b) => a.at - b.at);
}

/** An edited text whose functions have no numbers yet: each belongs between two parts. */
export interface UnnumberedText {
  readonly parts: readonly string[];
  /** The places, in the file's list, of the functions whose numbers stand between the parts. */
  readonly functions: readonly number[];
}

/** The original with every edit put in. */
export function applyEdits(source: string, edits: readonly Edit[]): UnnumberedText {
  const parts: string[] = [];
  const functions: number[] = [];
  let part = '';
  let from = 0;
  for (const { at, text, functionIndex } of edits) {
    part += source.slice(from, at);
    from = at;
    const number = functionIndex === undefined ? -1 : text.indexOf(NUMBER);
    if (functionIndex === undefined || number === -1) part += text;
    else {
      parts.push(part + text.slice(0, number));
      functions.push(functionIndex);
      part = text.slice(number + NUMBER.length);
    }
  }
  parts.push(part + source.slice(from));
  return { parts, functions };
}

const NUMBER = '@@';

/** The text with the numbers put in, counted from the first. */
export function numberFunctions({ parts, functions }: UnnumberedText, firstFunction: number): string {
  const pieces: (string | number)[] = [];
  for (const [index, part] of parts.entries()) {
    pieces.push(part);
    const functionIndex = functions[index];
    if (functionIndex !== undefined) pieces.push(firstFunction + functionIndex);
  }
  return pieces.join('');
}

const LINE_BREAK = /\r\n|[\n\r\u2028\u2029]/g;

/** Where each line begins, by V8's idea of a line. */
export function lineStarts(source: string): number[] {
  const starts = [0];
  LINE_BREAK.lastIndex = 0;
  while (LINE_BREAK.test(source)) starts.push(LINE_BREAK.lastIndex);
  return starts;
}

/** The line (from 0) that holds a position. */
export function lineAt(starts: readonly number[], position: number): number {
  return lastUpTo(starts, position);
}

/** The index of the last of the ordered numbers that is not above the limit; 0 if all are. */
export function lastUpTo(ordered: readonly number[], limit: number): number {
  let low = 0;
  let high = ordered.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((ordered[middle] ?? Infinity) <= limit) low = middle;
    else high = middle - 1;
  }
  return low;
}
