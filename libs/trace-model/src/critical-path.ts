import { isDetached } from './detached-child.ts';
import type { SpanNode, Trace } from './trace-tree.ts';

/** A stretch of time that one span's own work decided. */
export interface PathSection {
  readonly node: SpanNode;
  readonly startNs: number;
  readonly endNs: number;
}

interface Visit {
  readonly node: SpanNode;
  /** Children that can be on the path, latest end last. */
  readonly candidates: SpanNode[];
  readonly floorNs: number;
  /** Where the walk entered: what overflows it is clipped to it, as the node itself was. */
  readonly limitNs: number;
  cursorNs: number;
}

/**
 * The sections that decided how long a trace took: shorten one and the trace gets shorter. Walks back from each root's
 * end, into the child that ended last, on from where that child started:
 *
 *     root   |--------------------------|
 *     a        |-----|                       touches c: both are on the path
 *     b          |---------|                 ended after c started: beside the path
 *     c              |------------|
 *     path   |=|==a==|======c=====|========|
 *
 * Children are clipped to their parent, a message's consumer is not waited for, ties go to
 * the later start, then to the greater span id. Each root has a path of its own; sections come by root, then by time,
 * empty ones left out. Iterative.
 */
export function criticalPath(trace: Trace): PathSection[] {
  return trace.roots.flatMap(pathOfRoot);
}

/** Nanoseconds on the critical path by node, for nodes that have any. */
export function criticalTimeNs(sections: readonly PathSection[]): Map<SpanNode, number> {
  const times = new Map<SpanNode, number>();
  for (const { node, startNs, endNs } of sections) times.set(node, (times.get(node) ?? 0) + endNs - startNs);
  return times;
}

function pathOfRoot(root: SpanNode): PathSection[] {
  const backwards: PathSection[] = [];
  const stack = [visitOf(root, root.startNs, root.endNs)];
  for (let visit = stack.at(-1); visit !== undefined; visit = stack.at(-1)) {
    const child = nextChild(visit);
    const fromNs = child === undefined ? visit.floorNs : Math.min(child.endNs, visit.cursorNs);
    if (fromNs < visit.cursorNs) backwards.push({ node: visit.node, startNs: fromNs, endNs: visit.cursorNs });
    if (child === undefined) {
      stack.pop();
      continue;
    }
    visit.cursorNs = Math.max(child.startNs, visit.floorNs);
    stack.push(visitOf(child, visit.cursorNs, fromNs));
  }
  return backwards.reverse();
}

function visitOf(node: SpanNode, floorNs: number, limitNs: number): Visit {
  const isWaitedFor = (child: SpanNode) => !isDetached(node, child) && child.startNs <= limitNs;
  const candidates = node.children.filter(isWaitedFor).sort(byEnd(limitNs));
  return { node, candidates, floorNs, limitNs, cursorNs: limitNs };
}

const byEnd = (limitNs: number) => (left: SpanNode, right: SpanNode) =>
  Math.min(left.endNs, limitNs) - Math.min(right.endNs, limitNs) ||
  left.startNs - right.startNs ||
  (left.span.spanId < right.span.spanId ? -1 : 1);

// The clip lets a child overflow it; one that ends after the cursor otherwise ran beside the path.
function nextChild(visit: Visit): SpanNode | undefined {
  for (let child = visit.candidates.pop(); child !== undefined; child = visit.candidates.pop()) {
    const endNs = Math.min(child.endNs, visit.limitNs);
    if (endNs <= visit.cursorNs && endNs >= visit.floorNs) return child;
  }
  return undefined;
}
