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

/** The original with every edit put in; `number` names each function of the file. */
export function applyEdits(source: string, edits: readonly Edit[], number: (functionIndex: number) => string): string {
  let result = '';
  let from = 0;
  for (const { at, text, functionIndex } of edits) {
    result += source.slice(from, at);
    result += functionIndex === undefined ? text : text.replace('@@', number(functionIndex));
    from = at;
  }
  return result + source.slice(from);
}

const LINE_BREAK = /\r\n|[\n\r\u2028\u2029]/g;

/** Where each line begins, by V8's idea of a line. */
export function lineStarts(source: string): number[] {
  const starts = [0];
  for (const match of source.matchAll(LINE_BREAK)) starts.push(match.index + match[0].length);
  return starts;
}

/** The line (from 0) that holds a position. */
export function lineAt(starts: readonly number[], position: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? Infinity) <= position) low = middle;
    else high = middle - 1;
  }
  return low;
}
