import type { Span } from './span.ts';

/** A span in its place. Times are nanoseconds since the trace's start: exact in a number for a trace under 100 days. */
export interface SpanNode {
  readonly span: Span;
  /** Position in `Trace.nodes`. */
  readonly index: number;
  readonly parent: SpanNode | undefined;
  /** By start, then by span id. */
  readonly children: readonly SpanNode[];
  readonly depth: number;
  readonly startNs: number;
  readonly endNs: number;
  /** Names a parent that is not in the trace. */
  readonly isOrphan: boolean;
}

/** All spans of one trace id as a forest. */
export interface Trace {
  readonly traceId: string;
  readonly startNs: bigint;
  readonly durationNs: number;
  /** Depth first, so a subtree is a contiguous run. */
  readonly nodes: readonly SpanNode[];
  /** Spans without a parent, orphans, and one span of each parent cycle. */
  readonly roots: readonly SpanNode[];
}

interface Draft {
  span: Span;
  index: number;
  parent: Draft | undefined;
  children: Draft[];
  depth: number;
  startNs: number;
  endNs: number;
  isOrphan: boolean;
  isPlaced: boolean;
}

// Most spans have none, and share this.
const NO_CHILDREN: Draft[] = [];

/**
 * Orders spans of one trace into a forest. Never fails: a missing parent makes an orphan root, a cycle of parents is cut
 * at its earliest span, and a server span that reuses its client's span id becomes the client's child. Of several spans
 * with one id the earliest is the parent. Iterative, so depth is bounded by memory only.
 */
export function traceTree(spans: readonly Span[]): Trace {
  const startNs = spans.reduce((least, span) => (span.startNs < least ? span.startNs : least), spans[0]?.startNs ?? 0n);
  const drafts = spans.map(span => draftOf(span, startNs));
  linkParents(drafts);
  drafts.sort(byStart);
  linkChildren(drafts);
  const nodes: Draft[] = [];
  const roots: Draft[] = [];
  const grow = (root: Draft) => {
    roots.push(root);
    placeSubtree(root, nodes);
  };
  drafts.filter(draft => draft.parent === undefined).forEach(grow);
  for (const draft of drafts) {
    if (draft.isPlaced) continue;
    cutCycle(draft);
    grow(draft);
  }
  const durationNs = nodes.reduce((latest, { endNs }) => Math.max(latest, endNs), 0);
  return { traceId: spans[0]?.traceId ?? '', startNs, durationNs, nodes, roots };
}

function draftOf(span: Span, originNs: bigint): Draft {
  const startNs = Number(span.startNs - originNs);
  const endNs = Math.max(startNs, Number(span.endNs - originNs));
  const isOrphan = false;
  return {
    span,
    index: 0,
    parent: undefined,
    children: NO_CHILDREN,
    depth: 0,
    startNs,
    endNs,
    isOrphan,
    isPlaced: false,
  };
}

function byStart(left: Draft, right: Draft): number {
  if (left.startNs !== right.startNs) return left.startNs - right.startNs;
  return left.span.spanId < right.span.spanId ? -1 : left.span.spanId > right.span.spanId ? 1 : 0;
}

// By position in the input, where neighbours lie near one another in memory: for a hundred thousand spans, looking parents up
// after sorting takes several times as long.
function linkParents(drafts: readonly Draft[]): void {
  const { byId, clients } = indexed(drafts);
  for (const draft of drafts) {
    const { spanId, parentSpanId, kind } = draft.span;
    const shared = kind === 'server' ? clients.get(spanId) : undefined;
    const parent = shared ?? (parentSpanId === '' ? undefined : byId.get(parentSpanId));
    draft.isOrphan = parent === undefined && parentSpanId !== '';
    if (parent !== draft) draft.parent = parent;
  }
}

interface Index {
  readonly byId: ReadonlyMap<string, Draft>;
  /** The client's span of each id that several spans have. */
  readonly clients: ReadonlyMap<string, Draft>;
}

function indexed(drafts: readonly Draft[]): Index {
  const byId = new Map<string, Draft>();
  const sharing = new Map<string, Draft[]>();
  for (const draft of drafts) {
    const { spanId } = draft.span;
    const first = byId.get(spanId);
    const sharers = sharing.get(spanId);
    if (first === undefined) byId.set(spanId, draft);
    else if (sharers === undefined) sharing.set(spanId, [first, draft]);
    else sharers.push(draft);
  }
  const clients = new Map<string, Draft>();
  for (const [spanId, sharers] of sharing) {
    sharers.sort(byStart);
    const [first] = sharers;
    const client = sharers.find(({ span }) => span.kind === 'client');
    // The spans below an id that a server took over from its client were made by the server's process.
    const server = sharers.findLast(sharer => client !== undefined && isServerOf(sharer, client));
    if (client !== undefined) clients.set(spanId, client);
    if (first !== undefined) byId.set(spanId, server ?? first);
  }
  return { byId, clients };
}

const isServerOf = (draft: Draft, client: Draft): boolean =>
  draft.span.kind === 'server' && byStart(client, draft) <= 0;

// Drafts come by start, and so do the children of each.
function linkChildren(drafts: readonly Draft[]): void {
  for (const draft of drafts) {
    if (draft.parent === undefined) continue;
    if (draft.parent.children === NO_CHILDREN) draft.parent.children = [draft];
    else draft.parent.children.push(draft);
  }
}

function placeSubtree(root: Draft, nodes: Draft[]): void {
  const pending = [root];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next.isPlaced) continue;
    next.isPlaced = true;
    next.index = nodes.push(next) - 1;
    next.depth = next.parent === undefined ? 0 : next.parent.depth + 1;
    for (let at = next.children.length - 1; at >= 0; at--) pending.push(next.children[at] as Draft);
  }
}

function cutCycle(draft: Draft): void {
  const siblings = draft.parent?.children;
  siblings?.splice(siblings.indexOf(draft), 1);
  draft.parent = undefined;
}
