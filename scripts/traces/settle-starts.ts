import type { Span } from '@tracelab/trace-model';

const CLOCK_STEP_NS = 1_000_000n;

/**
 * OpenTelemetry's SDK for JavaScript starts spans on whole milliseconds and measures from there, so a step may seem to
 * start up to a millisecond before the one that it waited for ended; the critical path would then leave that one out.
 * Siblings of one service that overlap by less than the clock's step are moved apart, durations kept.
 */
export function settleStarts(spans: readonly Span[]): Span[] {
  const siblings = Map.groupBy(spans, ({ parentSpanId, service }) => `${parentSpanId} ${service}`);
  return [...siblings.values()].flatMap(inTurn);
}

function inTurn(siblings: readonly Span[]): Span[] {
  const settled: Span[] = [];
  let endNs = 0n;
  for (const span of siblings.toSorted((left, right) => Number(left.startNs - right.startNs))) {
    const overlapNs = endNs - span.startNs;
    const shiftNs = overlapNs > 0n && overlapNs < CLOCK_STEP_NS ? overlapNs : 0n;
    settled.push(shiftNs === 0n ? span : { ...span, startNs: span.startNs + shiftNs, endNs: span.endNs + shiftNs });
    const lastNs = span.endNs + shiftNs;
    if (lastNs > endNs) endNs = lastNs;
  }
  return settled;
}
