const CONTEXT = 2;

interface Change {
  readonly sign: ' ' | '-' | '+';
  readonly line: string;
}

/** What changed from one text to another, line by line, in the form that `patch` reads. */
export function lineDiff(filename: string, before: string, after: string): string {
  const changes = changesOf(before.split('\n'), after.split('\n'));
  const hunks = hunksOf(changes);
  return hunks.length === 0 ? '' : [`--- a/${filename}`, `+++ b/${filename}`, ...hunks].join('\n');
}

// What instrumenting adds is short, so the next line in common is near.
function changesOf(before: readonly string[], after: readonly string[]): Change[] {
  const changes: Change[] = [];
  for (let [i, j] = [0, 0]; i < before.length || j < after.length;) {
    const [old, fresh] = [before[i], after[j]];
    if (old !== undefined && old === fresh) {
      changes.push({ sign: ' ', line: old });
      i++;
      j++;
      continue;
    }
    const added = old === undefined ? after.length - j : after.slice(j, j + 20).indexOf(old);
    if (old !== undefined && added < 0) {
      changes.push({ sign: '-', line: old });
      i++;
      if (fresh !== undefined && before[i] !== fresh) {
        changes.push({ sign: '+', line: fresh });
        j++;
      }
      continue;
    }
    for (const line of after.slice(j, j + Math.max(1, added))) changes.push({ sign: '+', line });
    j += Math.max(1, added);
  }
  return changes;
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
      lines.push(...hunk.map(change => change.sign + change.line));
      shownUntil = end;
    }
    if (sign !== '+') oldLine++;
    if (sign !== '-') newLine++;
  }
  return lines;
}

function hunkEnd(changes: readonly Change[], from: number): number {
  let end = from;
  for (let index = from; index < changes.length && index <= end + 2 * CONTEXT; index++)
    if (changes[index]?.sign !== ' ') end = index;
  return Math.min(changes.length - 1, end + CONTEXT);
}
