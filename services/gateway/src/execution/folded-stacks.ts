import type { DescribedCall } from './described-calls.ts';
import { selfMs } from './execution-steps.ts';

/** `main;a;a1 100123`: a stack and its own microseconds on each line, as flame graph tools read them. */
export const foldedStacks = (calls: readonly DescribedCall[]): string =>
  calls.flatMap(call => stacksOf(call, [])).join('');

function stacksOf({ node, children }: DescribedCall, above: readonly string[]): string[] {
  const stack = [...above, node.name];
  const own = node.durationMs === undefined ? 0 : Math.round(selfMs(node, children) * 1_000);
  return [`${stack.join(';')} ${own}\n`, ...children.flatMap(child => stacksOf(child, stack))];
}
