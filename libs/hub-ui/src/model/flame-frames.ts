import { selfTimeNs, type SpanNode, stepOf, type Trace } from '@tracelab/trace-model';

/** All spans with one path of steps below the root, drawn as one box. */
export interface FlameFrame {
  readonly id: number;
  readonly node: SpanNode;
  readonly depth: number;
  readonly count: number;
  readonly errorCount: number;
  readonly selfNs: number;
  /** Own time and that below, so children never overflow their parent even where they ran side by side. */
  readonly totalNs: number;
  /** Where the box begins, on the scale of `totalNs` of all roots. */
  readonly offsetNs: number;
  readonly parent: number | undefined;
}

interface Draft {
  readonly node: SpanNode;
  readonly depth: number;
  readonly parent: Draft | undefined;
  readonly children: Map<string, Draft>;
  count: number;
  errorCount: number;
  selfNs: number;
  totalNs: number;
}

/** Boxes in depth-first order, the widest sibling first. Iterative. */
export function flameFrames(trace: Trace): FlameFrame[] {
  const roots = new Map<string, Draft>();
  const drafts: Draft[] = [];
  const places = new Map<SpanNode, Draft>();
  for (const node of trace.nodes) {
    const parent = node.parent === undefined ? undefined : places.get(node.parent);
    const draft = draftAt(parent?.children ?? roots, node, parent);
    if (draft.count === 0) drafts.push(draft);
    draft.count += 1;
    draft.errorCount += node.span.status.code === 'error' ? 1 : 0;
    draft.selfNs += selfTimeNs(node);
    places.set(node, draft);
  }
  // Children come after their parent, so backwards every sum is complete when it is passed up.
  for (const draft of drafts.toReversed()) {
    draft.totalNs += draft.selfNs;
    if (draft.parent !== undefined) draft.parent.totalNs += draft.totalNs;
  }
  return placed(roots);
}

function draftAt(siblings: Map<string, Draft>, node: SpanNode, parent: Draft | undefined): Draft {
  const step = stepOf(node);
  const known = siblings.get(step);
  if (known !== undefined) return known;
  const depth = parent === undefined ? 0 : parent.depth + 1;
  const draft: Draft = { node, depth, parent, children: new Map(), count: 0, errorCount: 0, selfNs: 0, totalNs: 0 };
  siblings.set(step, draft);
  return draft;
}

function placed(roots: ReadonlyMap<string, Draft>): FlameFrame[] {
  const frames: FlameFrame[] = [];
  const pending: { readonly draft: Draft; readonly offsetNs: number; readonly parent: number | undefined }[] = [];
  const push = (siblings: ReadonlyMap<string, Draft>, fromNs: number, parent: number | undefined) => {
    let offsetNs = fromNs;
    const bySize = [...siblings.values()].sort((left, right) => right.totalNs - left.totalNs);
    const items = bySize.map(draft => {
      const item = { draft, offsetNs, parent };
      offsetNs += draft.totalNs;
      return item;
    });
    pending.push(...items.reverse());
  };
  push(roots, 0, undefined);
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { draft, offsetNs, parent } = next;
    const { node, depth, count, errorCount, selfNs, totalNs } = draft;
    const id = frames.length;
    frames.push({ id, node, depth, count, errorCount, selfNs, totalNs, offsetNs, parent });
    push(draft.children, offsetNs, id);
  }
  return frames;
}
