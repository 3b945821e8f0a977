import type { Span } from './span.ts';

export interface ServiceCount {
  readonly name: string;
  readonly spanCount: number;
  readonly errorSpanCount: number;
}

/** A trace in one line of a list. */
export interface TraceSummary {
  readonly traceId: string;
  /**
   * Service and operation of the earliest span without a parent; when none was received, of the earliest whose parent was
   * not, which is where the trace begins as far as anyone here can tell. Empty when each has a parent.
   */
  readonly rootService: string;
  readonly rootOperation: string;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly spanCount: number;
  readonly errorSpanCount: number;
  /** Spans whose parent is not in the trace. */
  readonly orphanSpanCount: number;
  /** Sorted by name. */
  readonly services: readonly ServiceCount[];
}

/** Sums up the spans of one trace, of which there is at least one. */
export function summaryOf(spans: readonly Span[]): TraceSummary {
  const [first] = spans;
  const ids = new Set(spans.map(span => span.spanId));
  const orphans = spans.filter(span => span.parentSpanId !== '' && !ids.has(span.parentSpanId));
  const root = earliestOf(spans.filter(span => span.parentSpanId === '')) ?? earliestOf(orphans);
  return {
    traceId: first?.traceId ?? '',
    rootService: root?.service ?? '',
    rootOperation: root?.name ?? '',
    startNs: spans.reduce((least, { startNs }) => (startNs < least ? startNs : least), first?.startNs ?? 0n),
    endNs: spans.map(lastNsOf).reduce((most, lastNs) => (lastNs > most ? lastNs : most), 0n),
    spanCount: spans.length,
    errorSpanCount: spans.filter(isError).length,
    orphanSpanCount: orphans.length,
    services: serviceCounts(spans),
  };
}

// A span that ends before it starts still was there at its start.
const lastNsOf = ({ startNs, endNs }: Span) => (endNs > startNs ? endNs : startNs);
const isError = (span: Span) => span.status.code === 'error';

const earliestOf = (spans: readonly Span[]): Span | undefined =>
  spans.reduce<Span | undefined>(
    (first, span) => (first === undefined || isEarlier(span, first) ? span : first),
    undefined,
  );

const isEarlier = (left: Span, right: Span): boolean =>
  left.startNs === right.startNs ? left.spanId < right.spanId : left.startNs < right.startNs;

function serviceCounts(spans: readonly Span[]): ServiceCount[] {
  const counts = new Map<string, { name: string; spanCount: number; errorSpanCount: number }>();
  for (const span of spans) {
    const count = counts.get(span.service) ?? { name: span.service, spanCount: 0, errorSpanCount: 0 };
    count.spanCount += 1;
    count.errorSpanCount += isError(span) ? 1 : 0;
    counts.set(span.service, count);
  }
  return [...counts.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
}
