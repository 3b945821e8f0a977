import { isDetached } from './detached-child.ts';
import type { SpanNode } from './trace-tree.ts';

/**
 * Nanoseconds in which a span ran and none of its children did.
 *
 *     parent  |-----------------------|
 *     child       |-----|   |------------|     clipped to the parent
 *     child         |-----|                    overlap counts once
 *     self    |===|       |=|
 *
 * Children that the parent does not wait for take nothing away.
 */
export function selfTimeNs(node: SpanNode): number {
  let coveredNs = 0;
  let reachedNs = node.startNs;
  // Children come by start, so one sweep sees every gap.
  for (const child of node.children) {
    if (isDetached(node, child)) continue;
    const fromNs = Math.max(child.startNs, reachedNs);
    const toNs = Math.min(child.endNs, node.endNs);
    if (toNs <= fromNs) continue;
    coveredNs += toNs - fromNs;
    reachedNs = toNs;
  }
  return node.endNs - node.startNs - coveredNs;
}
