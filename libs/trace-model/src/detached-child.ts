import type { SpanNode } from './trace-tree.ts';

/** The parent does not wait for this child: the consumer of a message, or work that starts after the parent's end. */
export function isDetached(parent: SpanNode, child: SpanNode): boolean {
  if (parent.span.kind === 'producer' && child.span.kind === 'consumer') return true;
  return child.startNs > parent.endNs || child.endNs < parent.startNs;
}
