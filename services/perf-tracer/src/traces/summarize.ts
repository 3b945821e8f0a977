import type { TraceSummary } from '@tracelab/contracts/perf-tracer';
import { Durations } from './durations.ts';
import { durationNs } from './trace.ts';
import type { FinishedTraces } from './traces.store.ts';

// Names that say which piece of data a step was about are never the same again; they must not fill the memory.
const SUMMARIZED_NAMES = 10_000;

/** Statistics of each step by name, and of the whole. A step that comes twice in a trace counts twice. */
export async function summarize(tag: string, traces: FinishedTraces): Promise<TraceSummary> {
  const total = new Durations();
  const steps = new Map<string, Durations>();
  for await (const trace of traces) {
    total.add(durationNs(trace));
    for (const step of trace.steps) durationsOf(steps, step.name)?.add(step.durationNs);
  }
  return {
    trace_tag: tag,
    total: total.statistics(),
    steps: [...steps].map(([step_name, each]) => ({ step_name, ...each.statistics() })),
  };
}

function durationsOf(steps: Map<string, Durations>, name: string): Durations | undefined {
  const known = steps.get(name);
  if (known !== undefined || steps.size === SUMMARIZED_NAMES) return known;
  const durations = new Durations();
  steps.set(name, durations);
  return durations;
}
