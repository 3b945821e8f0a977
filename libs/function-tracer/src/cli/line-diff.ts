import { applyEdits, type Edit, numberFunctions } from '../rewrite/edits.ts';

const CONTEXT = 2;

interface Change {
  readonly sign: ' ' | '-' | '+';
  /** With its line break; the last line of a file may have none. */
  readonly line: string;
}

/** What edits, in order, change line by line, in the form that `patch` reads. */
export function lineDiff(filename: string, source: string, edits: readonly Edit[]): string {
  const hunks = hunksOf(changesOf(source, edits));
  return hunks.length === 0 ? '' : [`--- a/${filename}`, `+++ b/${filename}`, ...hunks].join('\n');
}

function changesOf(source: string, edits: readonly Edit[]): Change[] {
  const changes: Change[] = [];
  let [from, nextEdit] = [0, 0];
  for (const line of linesOf(source)) {
    const end = from + line.length;
    const within: Edit[] = [];
    for (let edit = edits[nextEdit]; edit !== undefined && (edit.at < end || end === source.length);) {
      within.push({ ...edit, at: edit.at - from });
      edit = edits[++nextEdit];
    }
    changes.push(...(within.length === 0 ? [{ sign: ' ', line } as const] : changesWithin(line, within)));
    from = end;
  }
  return changes;
}

// Where only lines were put in, the old one is still there.
function changesWithin(line: string, edits: readonly Edit[]): Change[] {
  const fresh = linesOf(numberFunctions(applyEdits(line, edits), 0));
  const kept = fresh.indexOf(line);
  const added = fresh.map((each, index): Change => ({ sign: index === kept ? ' ' : '+', line: each }));
  return kept < 0 ? [{ sign: '-', line }, ...added] : added;
}

function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function hunksOf(changes: readonly Change[]): string[] {
  const lines: string[] = [];
  let [oldLine, newLine] = [1, 1];
  let shownUntil = -1;
  for (const [index, { sign }] of changes.entries()) {
    if (sign !== ' ' && index > shownUntil) {
      const start = Math.max(shownUntil + 1, index - CONTEXT);
      const end = hunkEnd(changes, index);
      const hunk = changes.slice(start, end + 1);
      const size = (other: Change['sign']) => hunk.filter(change => change.sign !== other).length;
      lines.push(`@@ -${oldLine - (index - start)},${size('+')} +${newLine - (index - start)},${size('-')} @@`);
      lines.push(...hunk.map(shown));
      shownUntil = end;
    }
    if (sign !== '+') oldLine++;
    if (sign !== '-') newLine++;
  }
  return lines;
}

function shown({ sign, line }: Change): string {
  return line.endsWith('\n') ? sign + line.slice(0, -1) : `${sign}${line}\n\\ No newline at end of file`;
}

function hunkEnd(changes: readonly Change[], from: number): number {
  let end = from;
  for (let index = from; index < changes.length && index <= end + 2 * CONTEXT; index++)
    if (changes[index]?.sign !== ' ') end = index;
  return Math.min(changes.length - 1, end + CONTEXT);
}
