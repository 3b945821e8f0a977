import type { TraceSummary } from '@tracelab/trace-model';

import type { Cursor } from './trace-store.ts';
import type { Sort, TraceQuery } from './trace-query.ts';

/** What a trace is sorted by. */
export function sortValueOf(summary: TraceSummary, sort: Sort): bigint {
  switch (sort) {
    case 'start':
      return summary.startNs;
    case 'duration':
      return summary.endNs > summary.startNs ? summary.endNs - summary.startNs : 0n;
    case 'spans':
      return BigInt(summary.spanCount);
  }
}

/** Negative when `left` is told before `right`. */
export function compareCursors(left: Cursor, right: Cursor, order: TraceQuery['order']): number {
  if (left.value !== right.value) return left.value < right.value === (order === 'asc') ? -1 : 1;
  return left.traceId < right.traceId ? -1 : left.traceId > right.traceId ? 1 : 0;
}
