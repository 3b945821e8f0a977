import { DurationHistogram } from './duration-histogram.ts';
import type { Span, SpanKind } from './span.ts';

/** Rate, errors and durations of one operation. */
export interface OperationStatistics {
  readonly service: string;
  readonly operation: string;
  readonly kind: SpanKind;
  callCount: number;
  errorCount: number;
  readonly durations: DurationHistogram;
}

type Facts = Pick<OperationStatistics, 'service' | 'operation' | 'kind'>;

/** Sums spans by service, operation and kind. */
export class OperationTable {
  readonly #operations = new Map<string, OperationStatistics>();

  add(span: Span): void {
    const sum = this.#sumOf({ service: span.service, operation: span.name, kind: span.kind });
    sum.callCount += 1;
    sum.errorCount += span.status.code === 'error' ? 1 : 0;
    sum.durations.add(Math.max(0, Number(span.endNs - span.startNs)));
  }

  merge(statistics: OperationStatistics): void {
    const sum = this.#sumOf(statistics);
    sum.callCount += statistics.callCount;
    sum.errorCount += statistics.errorCount;
    sum.durations.merge(statistics.durations);
  }

  /** Sorted by service, operation, kind. */
  operations(): OperationStatistics[] {
    return [...this.#operations].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, sum]) => sum);
  }

  #sumOf({ service, operation, kind }: Facts): OperationStatistics {
    const key = `${service}\u0000${operation}\u0000${kind}`;
    const known = this.#operations.get(key);
    if (known !== undefined) return known;
    const sum = { service, operation, kind, callCount: 0, errorCount: 0, durations: new DurationHistogram() };
    this.#operations.set(key, sum);
    return sum;
  }
}

/** Rate, errors and durations of every operation among the spans. */
export function operationStatistics(spans: readonly Span[]): OperationStatistics[] {
  const table = new OperationTable();
  for (const span of spans) table.add(span);
  return table.operations();
}
