import { selfTimeNs, type SpanNode } from '@tracelab/trace-model';
import { durationOf } from './span-groups.ts';

/** What a table of spans can be sorted by. */
export const SPAN_COLUMNS = ['service', 'operation', 'start', 'duration', 'self', 'kind', 'status'] as const;
export type SpanColumn = (typeof SPAN_COLUMNS)[number];

export interface SpanOrder {
  readonly column: SpanColumn;
  readonly isDescending: boolean;
}

/** `-duration` or `service`, as the URL has it; by start where it says nothing. */
export function parseSpanOrder(text: string): SpanOrder {
  const column = SPAN_COLUMNS.find(own => own === text.replace(/^-/, '')) ?? 'start';
  return { column, isDescending: text.startsWith('-') };
}

export const spanOrderText = ({ column, isDescending }: SpanOrder): string => `${isDescending ? '-' : ''}${column}`;

/** The spans in the order asked for; those that are alike stay in the trace's order. */
export function sortedSpans(nodes: readonly SpanNode[], { column, isDescending }: SpanOrder): SpanNode[] {
  const sign = isDescending ? -1 : 1;
  const keys = new Map(nodes.map(node => [node, KEYS[column](node)]));
  const key = (node: SpanNode) => keys.get(node) ?? 0;
  return [...nodes].sort((left, right) => {
    const [one, other] = [key(left), key(right)];
    return (one < other ? -1 : one > other ? 1 : 0) * sign || left.index - right.index;
  });
}

const KEYS: Readonly<Record<SpanColumn, (node: SpanNode) => string | number>> = {
  service: ({ span }) => span.service,
  operation: ({ span }) => span.name,
  start: ({ startNs }) => startNs,
  duration: durationOf,
  self: selfTimeNs,
  kind: ({ span }) => span.kind,
  status: ({ span }) => span.status.code,
};
