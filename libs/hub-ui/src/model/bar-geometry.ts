import type { SpanNode } from '@tracelab/trace-model';

/** The stretch of the trace that is on the screen, in nanoseconds since its start. */
export interface TimeView {
  readonly fromNs: number;
  readonly toNs: number;
}

/** In percent of the view. */
export interface Bar {
  readonly left: number;
  readonly width: number;
}

/** Where an interval lies in the view; undefined when it lies outside. */
export function barOf(startNs: number, endNs: number, { fromNs, toNs }: TimeView): Bar | undefined {
  if (endNs < fromNs || startNs > toNs) return undefined;
  const perNs = 100 / Math.max(1, toNs - fromNs);
  const left = (Math.max(startNs, fromNs) - fromNs) * perNs;
  return { left, width: (Math.min(endNs, toNs) - fromNs) * perNs - left };
}

const LEAST_GAP = 0.2;

/** The bars of many spans in one line; those that touch on a screen are one. */
export function mergedBars(nodes: readonly SpanNode[], view: TimeView): Bar[] {
  const bars: { left: number; width: number }[] = [];
  for (const { startNs, endNs } of nodes) {
    const bar = barOf(startNs, endNs, view);
    if (bar === undefined) continue;
    const last = bars.at(-1);
    const reached = last === undefined ? -Infinity : last.left + last.width;
    if (last === undefined || bar.left > reached + LEAST_GAP) bars.push({ ...bar });
    else last.width = Math.max(reached, bar.left + bar.width) - last.left;
  }
  return bars;
}

/** `12-3400` in nanoseconds; the whole trace where it is absent or makes no sense. */
export function parseView(text: string, durationNs: number): TimeView {
  const [, from = '', to = ''] = /^(\d+)-(\d+)$/.exec(text) ?? [];
  const view = { fromNs: Number(from), toNs: Math.min(Number(to), durationNs) };
  return view.toNs > view.fromNs ? view : { fromNs: 0, toNs: Math.max(1, durationNs) };
}

export const viewText = ({ fromNs, toNs }: TimeView): string => `${Math.floor(fromNs)}-${Math.ceil(toNs)}`;

/** The view widened a little around an interval, within the trace. */
export function viewAround({ startNs, endNs }: SpanNode, durationNs: number): TimeView {
  const marginNs = Math.max(500, (endNs - startNs) * 0.05);
  return { fromNs: Math.max(0, startNs - marginNs), toNs: Math.min(durationNs, endNs + marginNs) };
}
