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

/**
 * Orders spans of one trace into a forest. Never fails: a missing parent makes an orphan root, a cycle of parents is cut
 * at its earliest span, and a server span that reuses its client's span id becomes the client's child. Of several spans
 * with one id the earliest is the parent. Iterative, so depth is bounded by memory only.
 */
export function traceTree(spans: readonly Span[]): Trace {
  const startNs = spans.reduce((least, span) => (span.startNs < least ? span.startNs : least), spans[0]?.startNs ?? 0n);
  const drafts = spans.map(span => draftOf(span, startNs)).sort(byStart);
  linkParents(drafts);
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
  return { span, index: 0, parent: undefined, children: [], depth: 0, startNs, endNs, isOrphan, isPlaced: false };
}

function byStart(left: Draft, right: Draft): number {
  if (left.startNs !== right.startNs) return left.startNs - right.startNs;
  return left.span.spanId < right.span.spanId ? -1 : left.span.spanId > right.span.spanId ? 1 : 0;
}

// Drafts come by start, so the first of an id is the earliest, and children are pushed in order.
function linkParents(drafts: readonly Draft[]): void {
  const byId = new Map<string, Draft>();
  const clients = new Map<string, Draft>();
  for (const draft of drafts) {
    const { spanId, kind } = draft.span;
    if (!byId.has(spanId)) byId.set(spanId, draft);
    if (kind === 'client' && !clients.has(spanId)) clients.set(spanId, draft);
    // The spans below a shared id were made by the server's process.
    if (kind === 'server' && clients.has(spanId)) byId.set(spanId, draft);
  }
  for (const draft of drafts) {
    const { spanId, parentSpanId, kind } = draft.span;
    const shared = kind === 'server' ? clients.get(spanId) : undefined;
    const parent = shared ?? (parentSpanId === '' ? undefined : byId.get(parentSpanId));
    draft.isOrphan = parent === undefined && parentSpanId !== '';
    if (parent === undefined || parent === draft) continue;
    draft.parent = parent;
    parent.children.push(draft);
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
