import { type SpanNode, type Trace } from '@tracelab/trace-model';
import { bar } from './bar.ts';
import { duration } from './duration.ts';
import type { Style } from './style.ts';

const MOST_LINES = 28;
const NAME_WIDTH = 42;
const SERVICE_WIDTH = 13;
const BAR_WIDTH = 28;

interface Line {
  readonly node: SpanNode;
  readonly depth: number;
}

/** A trace as an indented tree with durations and bars on one scale; what is short and deep gives way to what is long. */
export function traceLines(trace: Trace, style: Style): string[] {
  const lines = trace.roots.flatMap(root => visible(root, 0));
  const kept = longest(lines);
  const shown = lines.filter(line => kept.has(line)).map(line => written(line, trace, style));
  const hidden = lines.length - kept.size;
  return hidden === 0 ? shown : [...shown, style.dim(`  … and ${hidden} shorter spans`)];
}

// The client's span says what the server's below it says: one line for both.
function visible(node: SpanNode, depth: number): Line[] {
  const isHop = node.span.kind === 'client' && node.children.some(({ span }) => span.kind === 'server');
  const inside = node.children.flatMap(child => visible(child, isHop ? depth : depth + 1));
  return isHop ? inside : [{ node, depth }, ...inside];
}

function longest(lines: readonly Line[]): ReadonlySet<Line> {
  const byLength = [...lines].sort((a, b) => lengthOf(b) - lengthOf(a) || a.depth - b.depth);
  return new Set(byLength.slice(0, MOST_LINES));
}

const lengthOf = ({ node }: Line): number => node.endNs - node.startNs;

function written({ node, depth }: Line, { durationNs }: Trace, style: Style): string {
  const { span, parent } = node;
  const indented = `${'  '.repeat(depth)}${span.name}`;
  const name = indented.length > NAME_WIDTH ? `${indented.slice(0, NAME_WIDTH - 1)}…` : indented;
  const service = parent?.span.service === span.service ? '' : span.service;
  const lengthNs = node.endNs - node.startNs;
  const picture = bar(node.startNs / durationNs, lengthNs / durationNs, BAR_WIDTH);
  const columns = [
    name.padEnd(NAME_WIDTH),
    style.accent(service.padEnd(SERVICE_WIDTH)),
    duration(lengthNs / 1e6).padStart(8),
    span.status.code === 'error' ? style.red(`${picture} error`) : picture,
  ];
  return `  ${columns.join('  ')}`.trimEnd();
}
