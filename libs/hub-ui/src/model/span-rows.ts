import { type SpanNode, stepOf, type Trace } from '@tracelab/trace-model';

/** One line of the waterfall: a span, or siblings that did the same and are shown as one. */
export type TraceRow =
  | {
      readonly kind: 'span';
      /** Stable over folding, for the screen and for the URL. */
      readonly id: string;
      readonly node: SpanNode;
      readonly depth: number;
      readonly isOpen: boolean;
      readonly hasChildren: boolean;
    }
  | {
      readonly kind: 'fold';
      readonly id: string;
      readonly nodes: readonly SpanNode[];
      readonly depth: number;
      readonly isOpen: boolean;
    };

/** Fewer like siblings than this are worth their lines. */
const LEAST_REPEATS = 5;

const FOLD_MARK = '*';

/** The id that a fold of siblings has, by its first span. */
export const foldId = (first: SpanNode): string => `${first.span.spanId}${FOLD_MARK}`;

interface Pending {
  readonly item: SpanNode | readonly SpanNode[];
  readonly depth: number;
}

/**
 * The visible lines. Spans are open and repetitions folded, except those whose ids are in `toggled`. Iterative, and
 * linear in what is visible, except that siblings are grouped.
 */
export function traceRows(trace: Trace, toggled: ReadonlySet<string>): TraceRow[] {
  const rows: TraceRow[] = [];
  const pending: Pending[] = [];
  const push = (items: Pending['item'][], depth: number) => {
    for (let at = items.length - 1; at >= 0; at--) pending.push({ item: items[at] ?? [], depth });
  };
  push(groupRepeats(trace.roots), 0);
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { item, depth } = next;
    if ('span' in item) {
      const isOpen = !toggled.has(item.span.spanId);
      rows.push({
        kind: 'span',
        id: item.span.spanId,
        node: item,
        depth,
        isOpen,
        hasChildren: item.children.length > 0,
      });
      if (isOpen) push(groupRepeats(item.children), depth + 1);
      continue;
    }
    const [first] = item;
    if (first === undefined) continue;
    const isOpen = toggled.has(foldId(first));
    rows.push({ kind: 'fold', id: foldId(first), nodes: item, depth, isOpen });
    if (isOpen) push([...item], depth + 1);
  }
  return rows;
}

function groupRepeats(siblings: readonly SpanNode[]): (SpanNode | readonly SpanNode[])[] {
  if (siblings.length < LEAST_REPEATS) return [...siblings];
  // Names alone tell most families apart, without a text for each of its members.
  if (new Set(siblings.map(({ span }) => span.name)).size === siblings.length) return [...siblings];
  const groups = Map.groupBy(siblings, stepOf);
  const shown: (SpanNode | readonly SpanNode[])[] = [];
  for (const sibling of siblings) {
    const group = groups.get(stepOf(sibling)) ?? [];
    if (group.length < LEAST_REPEATS) shown.push(sibling);
    else if (group[0] === sibling) shown.push(group);
  }
  return shown;
}

/** `toggled`, changed so that the span has a line: its ancestors open, its repetitions unfolded. */
export function revealing(
  node: SpanNode,
  roots: readonly SpanNode[],
  toggled: ReadonlySet<string>,
): ReadonlySet<string> {
  const changed = new Set(toggled);
  for (let at: SpanNode | undefined = node; at !== undefined; at = at.parent) {
    if (at !== node) changed.delete(at.span.spanId);
    const fold = foldOf(at, at.parent?.children ?? roots);
    if (fold !== undefined) changed.add(fold);
  }
  const isSame = changed.size === toggled.size && [...changed].every(id => toggled.has(id));
  return isSame ? toggled : changed;
}

function foldOf(node: SpanNode, siblings: readonly SpanNode[]): string | undefined {
  if (siblings.length < LEAST_REPEATS) return undefined;
  const step = stepOf(node);
  const group = siblings.filter(sibling => stepOf(sibling) === step);
  return group.length < LEAST_REPEATS || group[0] === undefined ? undefined : foldId(group[0]);
}

/** For each ancestor of the line at `index`, outermost first, the index of its own line. */
export function ancestorRows(rows: readonly TraceRow[], index: number): number[] {
  const found: number[] = [];
  let depth = rows[index]?.depth ?? 0;
  for (let at = index - 1; at >= 0 && depth > 0; at--) {
    const row = rows[at];
    if (row === undefined || row.depth >= depth) continue;
    found.push(at);
    depth = row.depth;
  }
  return found.reverse();
}

/** The span that a line stands for; of a fold the first. */
export const rowNode = (row: TraceRow): SpanNode | undefined => (row.kind === 'span' ? row.node : row.nodes[0]);
