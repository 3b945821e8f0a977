import type { Call } from './calls.ts';

/** Like calls of like parents, drawn as one. */
export interface TreeNode {
  readonly name: string;
  readonly calls: number;
  readonly totalMicros: number;
  readonly errors: number;
  readonly children: readonly TreeNode[];
}

/** The tree of calls, children of one name taken together, the longest first. */
export function callTree(calls: readonly Call[]): TreeNode[] {
  return merged(calls.filter(({ parent }) => parent === undefined));
}

function merged(calls: readonly Call[]): TreeNode[] {
  return [...Map.groupBy(calls, ({ name }) => name)]
    .map(([name, same]) => node(name, same))
    .toSorted((a, b) => b.totalMicros - a.totalMicros);
}

function node(name: string, calls: readonly Call[]): TreeNode {
  return {
    name,
    calls: calls.length,
    totalMicros: calls.reduce((sum, { durationMicros }) => sum + (durationMicros ?? 0), 0),
    errors: calls.filter(({ error }) => error !== undefined).length,
    children: merged(calls.flatMap(({ children }) => children)),
  };
}

/** Draws a tree as lines, to a depth, leaving out what takes less than a share of the whole. */
export function drawTree(
  nodes: readonly TreeNode[],
  { maxDepth, leastMicros }: { readonly maxDepth: number; readonly leastMicros: number },
): string[] {
  const draw = (level: readonly TreeNode[], depth: number): string[] =>
    level
      .filter(({ totalMicros }) => totalMicros >= leastMicros)
      .flatMap(each => [lineOf(each, depth), ...(depth + 1 < maxDepth ? draw(each.children, depth + 1) : [])]);
  return draw(nodes, 0);
}

function lineOf({ name, calls, totalMicros, errors }: TreeNode, depth: number): string {
  const times = calls === 1 ? '' : ` x${calls}`;
  const failed = errors === 0 ? '' : ` ${errors} failed`;
  return `${'  '.repeat(depth)}${name}${times}  ${showMicros(totalMicros)}${failed}`;
}

/** A time as a person reads it. */
export function showMicros(micros: number): string {
  const sign = micros < 0 ? '-' : '';
  const size = Math.abs(micros);
  if (size >= 1e6) return `${sign}${(size / 1e6).toFixed(2)} s`;
  if (size >= 1e3) return `${sign}${(size / 1e3).toFixed(2)} ms`;
  return `${sign}${Math.round(size)} µs`;
}
