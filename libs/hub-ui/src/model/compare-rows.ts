import { compareTraces, type PathDifference, type Trace } from '@tracelab/trace-model';

/** One step of two traces laid over each other. */
export interface CompareRow {
  readonly id: string;
  readonly service: string;
  readonly operation: string;
  readonly depth: number;
  readonly difference: PathDifference;
  readonly change: 'both' | 'added' | 'removed';
}

interface Draft {
  readonly children: Draft[];
  difference?: PathDifference;
}

/** Both traces as one tree: siblings in the order of the second, what only the first has behind its relatives. */
export function compareRows(before: Trace, after: Trace): CompareRow[] {
  const drafts = new Map<string, Draft>();
  const roots: Draft[] = [];
  for (const difference of compareTraces(before, after)) {
    const draft: Draft = { children: [], difference };
    drafts.set(difference.path.join('\n'), draft);
    const above = drafts.get(difference.path.slice(0, -1).join('\n'));
    (above?.children ?? roots).push(draft);
  }
  const rows: CompareRow[] = [];
  const pending = roots.toReversed();
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next.difference !== undefined) rows.push(rowOf(next.difference));
    pending.push(...next.children.toReversed());
  }
  return rows;
}

function rowOf(difference: PathDifference): CompareRow {
  const step = difference.path.at(-1) ?? '';
  const colon = step.indexOf(': ');
  const [was, is] = [difference.before.count, difference.after.count];
  return {
    id: difference.path.join('\n'),
    service: step.slice(0, colon),
    operation: step.slice(colon + 2),
    depth: difference.path.length - 1,
    difference,
    change: was === 0 ? 'added' : is === 0 ? 'removed' : 'both',
  };
}
