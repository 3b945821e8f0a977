import type { SpanNode, Trace } from './trace-tree.ts';

/** What one span is apart from its ids and times. */
export function stepOf({ span }: SpanNode): string {
  return `${span.service}: ${span.name}`;
}

/**
 * A fingerprint (16 hex digits) of the trace's structure, alike for traces that did the same: the steps and who called
 * whom, whatever the order of siblings. Ids, times and attributes play no part; with `foldsRepeats` neither does how
 * often a step was repeated under one parent. A hash rather than text, so that depth costs nothing. Iterative.
 */
export function traceShape(trace: Trace, { foldsRepeats = false } = {}): string {
  const shapes = new Map<SpanNode, string>();
  // Children come after their parent in depth-first order, so backwards they are all ready.
  for (const node of trace.nodes.toReversed()) {
    shapes.set(node, fingerprint(`${stepOf(node)}\n${joined(node.children, shapes, foldsRepeats)}`));
  }
  return fingerprint(joined(trace.roots, shapes, foldsRepeats));
}

function joined(siblings: readonly SpanNode[], shapes: ReadonlyMap<SpanNode, string>, foldsRepeats: boolean): string {
  const all = siblings.map(sibling => shapes.get(sibling) ?? '').sort();
  return (foldsRepeats ? [...new Set(all)] : all).join();
}

// FNV-1a twice with different primes: no security is asked of it, only that unlike shapes differ.
function fingerprint(text: string): string {
  let [high, low] = [0x811c9dc5, 0xc2b2ae35];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    high = Math.imul(high ^ code, 0x01000193);
    low = Math.imul(low ^ code, 0x85ebca6b) ^ (low >>> 15);
  }
  return hex(high) + hex(low);
}

const hex = (word: number) => (word >>> 0).toString(16).padStart(8, '0');
