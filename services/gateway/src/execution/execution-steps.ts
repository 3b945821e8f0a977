import type { ExecutionStep } from '@tracelab/contracts/execution';
import type { DescribedCall } from './described-calls.ts';

const NOT_TIMED = 'N/A';

export interface StepOptions {
  /** Numbers beside the words. */
  readonly hasTimings: boolean;
}

/** The calls in the older system's shape: below a root that is never timed itself. */
export function executionSteps(calls: readonly DescribedCall[], options: StepOptions): ExecutionStep {
  const startMs = Math.min(...calls.map(({ node }) => node.startedAtMs));
  const endMs = Math.max(...calls.map(({ node }) => endMsOf(node)));
  return {
    operation: 'Root',
    description: 'Root operation',
    orderid: 0,
    execution_time: NOT_TIMED,
    children: calls.map(call => stepOf(call, { ...options, startMs, endMs })),
  };
}

interface Place extends StepOptions {
  readonly startMs: number;
  readonly endMs: number;
}

function stepOf({ node, description, order, children }: DescribedCall, place: Place): ExecutionStep {
  const { durationMs, error } = node;
  const status = statusOf(node, place.endMs);
  return {
    operation: node.name,
    description,
    orderid: order,
    execution_time: durationMs === undefined ? NOT_TIMED : `${(durationMs / 1_000).toFixed(2)} seconds`,
    children: children.map(child => stepOf(child, place)),
    ...(status && { status }),
    ...(error && { error }),
    ...(place.hasTimings && {
      started_at_ms: micros(node.startedAtMs - place.startMs),
      ...(durationMs !== undefined && { duration_ms: micros(durationMs), self_ms: micros(selfMs(node, children)) }),
    }),
  };
}

function statusOf(node: DescribedCall['node'], endMs: number): ExecutionStep['status'] {
  if (node.error !== undefined) return 'error';
  if (node.durationMs === undefined) return 'running';
  return endMsOf(node) > endMs ? 'late' : undefined;
}

const endMsOf = ({ startedAtMs, durationMs = 0 }: DescribedCall['node']): number => startedAtMs + durationMs;

const micros = (ms: number): number => Math.round(ms * 1_000) / 1_000;

/** The time in which no call inside this one ran; of calls side by side the common time counts once. */
export function selfMs(node: DescribedCall['node'], children: readonly DescribedCall[]): number {
  const endMs = endMsOf(node);
  let coveredMs = 0;
  let reachedMs = node.startedAtMs;
  for (const { node: child } of children.toSorted((a, b) => a.node.startedAtMs - b.node.startedAtMs)) {
    const childEndMs = Math.min(endMs, child.durationMs === undefined ? endMs : endMsOf(child));
    coveredMs += Math.max(0, childEndMs - Math.max(reachedMs, child.startedAtMs));
    reachedMs = Math.max(reachedMs, childEndMs);
  }
  return endMs - node.startedAtMs - coveredMs;
}
