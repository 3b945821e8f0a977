import { selfTimeNs } from './self-time.ts';
import { stepOf } from './trace-shape.ts';
import type { SpanNode, Trace } from './trace-tree.ts';

/** All spans of one trace that stand at the same path of steps below a root. */
export interface PathTotal {
  readonly count: number;
  readonly durationNs: number;
  readonly selfNs: number;
  readonly errorCount: number;
}

/** One path in two traces; a side without spans there has zeros. */
export interface PathDifference {
  /** Steps (`service: name`) from the root down. */
  readonly path: readonly string[];
  readonly before: PathTotal;
  readonly after: PathTotal;
}

/** One path of a trace beside the same path in its group. */
export interface PathDeviation {
  readonly path: readonly string[];
  readonly total: PathTotal;
  /** In how many traces of the group the path occurs. */
  readonly occurrences: number;
  /** Over the traces that have the path; zeros when none has. */
  readonly usual: { readonly count: number; readonly medianNs: number; readonly p95Ns: number };
}

const NOTHING: PathTotal = { count: 0, durationNs: 0, selfNs: 0, errorCount: 0 };

/** Sets two traces side by side, path by path, in the order of `after`, then what only `before` has. */
export function compareTraces(before: Trace, after: Trace): PathDifference[] {
  const paths = new PathTable();
  const [is, was] = [paths.totalsOf(after), paths.totalsOf(before)];
  const ids = new Set([...is.keys(), ...was.keys()]);
  return [...ids].map(id => ({
    path: paths.pathOf(id),
    before: was.get(id) ?? NOTHING,
    after: is.get(id) ?? NOTHING,
  }));
}

/** Sets a trace beside others of its kind: what is slower, more frequent or missing. Paths that only the group has come last. */
export function compareWithGroup(trace: Trace, group: readonly Trace[]): PathDeviation[] {
  const paths = new PathTable();
  const own = paths.totalsOf(trace);
  const others = new Map<number, PathTotal[]>();
  for (const [id, total] of group.flatMap(other => [...paths.totalsOf(other)])) {
    const known = others.get(id);
    if (known === undefined) others.set(id, [total]);
    else known.push(total);
  }
  const ids = new Set([...own.keys(), ...others.keys()]);
  return [...ids].map(id => {
    const totals = others.get(id) ?? [];
    return {
      path: paths.pathOf(id),
      total: own.get(id) ?? NOTHING,
      occurrences: totals.length,
      usual: usualOf(totals),
    };
  });
}

function usualOf(totals: readonly PathTotal[]): PathDeviation['usual'] {
  const durations = totals.map(total => total.durationNs).sort((left, right) => left - right);
  const counts = totals.map(total => total.count).sort((left, right) => left - right);
  return { count: rank(counts, 0.5), medianNs: rank(durations, 0.5), p95Ns: rank(durations, 0.95) };
}

function rank(sorted: readonly number[], quantile: number): number {
  return sorted[Math.max(0, Math.ceil(quantile * sorted.length) - 1)] ?? 0;
}

const NO_PATH = -1;

/** Numbers the paths, since a path spelled out at every node of a chain would cost the square of its depth. */
class PathTable {
  readonly #ids = new Map<string, number>();
  readonly #steps: { readonly above: number; readonly step: string }[] = [];

  totalsOf(trace: Trace): Map<number, PathTotal> {
    const ids = new Map<SpanNode, number>();
    const totals = new Map<number, PathTotal>();
    for (const node of trace.nodes) {
      const above = node.parent === undefined ? undefined : ids.get(node.parent);
      const id = this.#idOf(above ?? NO_PATH, stepOf(node));
      ids.set(node, id);
      totals.set(id, plus(totals.get(id) ?? NOTHING, node));
    }
    return totals;
  }

  pathOf(id: number): string[] {
    const path: string[] = [];
    for (let entry = this.#steps[id]; entry !== undefined; entry = this.#steps[entry.above]) path.push(entry.step);
    return path.reverse();
  }

  #idOf(above: number, step: string): number {
    const key = `${above} ${step}`;
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = this.#steps.push({ above, step }) - 1;
    this.#ids.set(key, id);
    return id;
  }
}

function plus({ count, durationNs, selfNs, errorCount }: PathTotal, node: SpanNode): PathTotal {
  return {
    count: count + 1,
    durationNs: durationNs + node.endNs - node.startNs,
    selfNs: selfNs + selfTimeNs(node),
    errorCount: errorCount + (node.span.status.code === 'error' ? 1 : 0),
  };
}
