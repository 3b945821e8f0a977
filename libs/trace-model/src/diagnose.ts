import { MISSING_SERVICE_NAMES } from './service-name.ts';
import type { Span } from './span.ts';
import { type SpanNode, type Trace, traceTree } from './trace-tree.ts';

/** What can be wrong with one trace's telemetry. */
export const TRACE_FAULTS = {
  'orphan-spans': {
    title: 'Spans whose parent was never received',
    remedy:
      'Check that every service on the way exports to this backend, flushes at exit, and samples by the parent’s decision.',
  },
  'caller-not-traced': {
    title: 'Traces that begin at a call from outside',
    remedy:
      'Nothing to mend if the caller sends no spans here, as a load generator or a browser may; otherwise see orphan-spans.',
    isInformation: true,
  },
  'missing-service-name': {
    title: 'Spans without a service name',
    remedy: 'Set OTEL_SERVICE_NAME, or the resource attribute service.name, in the process that sends them.',
  },
  'clock-skew': {
    title: 'Spans of another process that start before their parent',
    remedy: 'Synchronise the clocks of the machines (NTP or chrony); until then durations hold, positions do not.',
  },
  'dropped-by-limits': {
    title: 'Spans from which the SDK dropped attributes, events or links',
    remedy:
      'Raise OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT, OTEL_SPAN_EVENT_COUNT_LIMIT or OTEL_SPAN_LINK_COUNT_LIMIT, or write fewer.',
  },
  'duplicate-server-span': {
    title: 'Two server spans for one request in one service',
    remedy: 'Two instrumentations trace the same server: disable one (a framework’s own, or that of its HTTP server).',
  },
  'end-before-start': {
    title: 'Spans that end before they start',
    remedy: 'The sender mixes clocks: take start and end from the same one.',
  },
} as const satisfies Readonly<Record<string, FaultWords>>;

interface FaultWords {
  readonly title: string;
  readonly remedy: string;
  /** Worth knowing, and as it should be. */
  readonly isInformation?: true;
}

export type TraceFault = keyof typeof TRACE_FAULTS;

/** One fault at one span. */
export interface Finding {
  readonly fault: TraceFault;
  readonly traceId: string;
  readonly spanId: string;
  readonly service: string;
  readonly detail: string;
}

/** The faults of one trace's telemetry, span by span, in depth-first order. */
export function diagnoseTrace(spans: readonly Span[]): Finding[] {
  const trace = traceTree(spans);
  return trace.nodes.flatMap(node => diagnoseNode(node, trace));
}

/** The faults of one span in its place in the trace. */
export function diagnoseNode(node: SpanNode, { roots }: Pick<Trace, 'roots'>): Finding[] {
  const { traceId, spanId, service } = node.span;
  return CHECKS.flatMap(([fault, check]) => {
    const detail = check(node, roots.length === 1);
    return detail === undefined ? [] : [{ fault, traceId, spanId, service, detail }];
  });
}

type Check = (node: SpanNode, isOneTree: boolean) => string | undefined;

const CHECKS: readonly (readonly [TraceFault, Check])[] = [
  ['orphan-spans', (node, isOneTree) => (isOneTree ? undefined : missingParent(node))],
  // The whole trace hangs below a caller that sends no spans here.
  ['caller-not-traced', (node, isOneTree) => (isOneTree ? missingParent(node) : undefined)],
  [
    'missing-service-name',
    ({ span }) => (STAND_INS.has(span.service) ? `"${span.name}" is from ${span.service}` : undefined),
  ],
  ['clock-skew', skewOf],
  ['dropped-by-limits', ({ span }) => droppedBy(span)],
  ['duplicate-server-span', duplicateOf],
  [
    'end-before-start',
    ({ span }) => (span.endNs < span.startNs ? `"${span.name}" by ${span.startNs - span.endNs} ns` : undefined),
  ],
];

const missingParent = ({ span, isOrphan }: SpanNode): string | undefined =>
  isOrphan ? `parent ${span.parentSpanId} of "${span.name}" is missing` : undefined;

const STAND_INS: ReadonlySet<string> = new Set(Object.values(MISSING_SERVICE_NAMES));

// Starting before the cause is impossible with one clock; a late end alone is how asynchronous work looks.
function skewOf({ span, parent }: SpanNode): string | undefined {
  if (parent === undefined || parent.span.service === span.service) return undefined;
  const earlyNs = parent.span.startNs - span.startNs;
  return earlyNs > 0n ? `"${span.name}" starts ${earlyNs} ns before its parent in ${parent.span.service}` : undefined;
}

function droppedBy(span: Span): string | undefined {
  const counts = [
    [span.droppedAttributesCount, 'attributes'],
    [span.droppedEventsCount, 'events'],
    [span.droppedLinksCount, 'links'],
  ] as const;
  const dropped = counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return dropped.length === 0 ? undefined : `"${span.name}" lost ${dropped.join(', ')}`;
}

function duplicateOf({ span, parent }: SpanNode): string | undefined {
  const isDouble = span.kind === 'server' && parent?.span.kind === 'server' && parent.span.service === span.service;
  return isDouble ? `"${span.name}" inside server span "${parent.span.name}"` : undefined;
}
