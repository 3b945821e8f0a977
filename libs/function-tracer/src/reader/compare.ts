import type { FunctionSummary } from './summary.ts';

/** What became of one function between two runs. */
export interface FunctionChange {
  readonly name: string;
  readonly before: FunctionSummary | undefined;
  readonly after: FunctionSummary | undefined;
  readonly callsDelta: number;
  readonly totalDelta: number;
  readonly averageDelta: number;
  readonly errorsDelta: number;
}

/** Compares two runs function by function, the greatest change of time first. */
export function compareRuns(before: readonly FunctionSummary[], after: readonly FunctionSummary[]): FunctionChange[] {
  const [old, fresh] = [before, after].map(run => new Map(run.map(summary => [summary.name, summary])));
  const names = new Set([...before, ...after].map(({ name }) => name));
  return [...names]
    .map(name => change(name, old?.get(name), fresh?.get(name)))
    .toSorted((a, b) => Math.abs(b.totalDelta) - Math.abs(a.totalDelta));
}

function change(name: string, before: FunctionSummary | undefined, after: FunctionSummary | undefined): FunctionChange {
  const delta = (field: 'calls' | 'total' | 'average' | 'errors') => (after?.[field] ?? 0) - (before?.[field] ?? 0);
  return {
    name,
    before,
    after,
    callsDelta: delta('calls'),
    totalDelta: delta('total'),
    averageDelta: delta('average'),
    errorsDelta: delta('errors'),
  };
}
