import type { DurationStatistics, TraceSummary } from '@tracelab/contracts/perf-tracer';
import { durationNs, type FinishedTrace } from './trace.ts';
import { seconds } from './wire.ts';

/** Statistics of each step by name, and of the whole. A step that comes twice in a trace counts twice. */
export function summarize(tag: string, traces: readonly FinishedTrace[]): TraceSummary {
  const steps = Map.groupBy(
    traces.flatMap(trace => trace.steps),
    ({ name }) => name,
  );
  return {
    trace_tag: tag,
    total: statisticsOf(traces.map(durationNs)),
    steps: [...steps].map(([step_name, each]) => ({
      step_name,
      ...statisticsOf(each.map(step => step.durationNs)),
    })),
  };
}

function statisticsOf(durationsNs: readonly bigint[]): DurationStatistics {
  const sorted = BigInt64Array.from(durationsNs).sort();
  const count = sorted.length;
  const at = (index: number): number | null => {
    const ns = sorted[index];
    return ns === undefined ? null : seconds(ns);
  };
  const rank = (percent: number): number | null => at(Math.ceil((percent / 100) * count) - 1);
  const sumNs = durationsNs.reduce((sum, ns) => sum + ns, 0n);
  return {
    count,
    min_seconds: at(0),
    mean_seconds: count === 0 ? null : seconds(sumNs) / count,
    p50_seconds: rank(50),
    p95_seconds: rank(95),
    p99_seconds: rank(99),
    max_seconds: at(count - 1),
  };
}
