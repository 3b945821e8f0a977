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

/** An edited text whose functions have no numbers yet. */
export interface UnnumberedText {
  readonly text: string;
  /** Where in the text, in order, the number of which of the file's functions belongs. */
  readonly numbers: readonly (readonly [at: number, functionIndex: number])[];
}

/** The original with every edit put in. */
export function applyEdits(source: string, edits: readonly Edit[]): UnnumberedText {
  const numbers: [number, number][] = [];
  let result = '';
  let from = 0;
  for (const { at, text, functionIndex } of edits) {
    result += source.slice(from, at);
    from = at;
    if (functionIndex === undefined) result += text;
    else {
      const [before = '', after = ''] = text.split('@@');
      result += before;
      numbers.push([result.length, functionIndex]);
      result += after;
    }
  }
  return { text: result + source.slice(from), numbers };
}

/** The text with the numbers put in, counted from the first. */
export function numberFunctions({ text, numbers }: UnnumberedText, firstFunction: number): string {
  let result = '';
  let from = 0;
  for (const [at, functionIndex] of numbers) {
    result += text.slice(from, at) + String(firstFunction + functionIndex);
    from = at;
  }
  return result + text.slice(from);
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
