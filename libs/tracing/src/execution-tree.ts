import { SpanStatusCode, trace } from '@opentelemetry/api';
import type { Context, HrTime, Span } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { ATTR_ERROR_TYPE } from '@opentelemetry/semantic-conventions';
import { TracingAttribute } from './attributes.ts';
import { rootContext } from './layered-context.ts';
import { redactText, redactValue } from './redact.ts';
import { currentRuntime } from './runtime.ts';
import { SpanRecording, recordingIn, relatives } from './span-recording.ts';
import type { RelatedSpan } from './span-recording.ts';

/** One span of this process and what happened inside it. */
export interface ExecutionNode {
  readonly name: string;
  readonly description: string | undefined;
  /** From 1, in the order in which the spans of the trace started. */
  readonly order: number;
  readonly spanId: string;
  /** `running` has not ended yet; `late` ended after the root did, as work in the background does. */
  readonly state: 'finished' | 'running' | 'late';
  readonly startedAtMs: number;
  readonly durationMs: number | undefined;
  readonly error: { readonly type: string; readonly message: string } | undefined;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly children: readonly ExecutionNode[];
}

/** The spans of one trace in this process, nested. */
export interface ExecutionTree {
  readonly traceId: string;
  /** Those that no other span of this process contains: normally one, the request. */
  readonly roots: readonly ExecutionNode[];
  /** False where the beginning of the trace is no longer remembered. */
  readonly isComplete: boolean;
}

/**
 * What the active request did in this process so far, up to its first 1,000 spans; with the id of another trace, what that one did, as far as it is
 * among the `rememberedSpans` latest. Parents come from the context in which each span started, so calls side by side stay siblings. Undefined where
 * tracing is off, the trace is not sampled, or not or no longer known.
 */
export function executionTree(traceId?: string): ExecutionTree | undefined {
  const executions = currentRuntime()?.executions;
  const active: RelatedSpan | Span | undefined = trace.getActiveSpan();
  if (active !== undefined && isOfThisProcess(active) && (traceId ?? traceIdOf(active)) === traceIdOf(active))
    return executions === undefined ? undefined : treeAround(active);
  return traceId === undefined ? undefined : executions?.treeOf(traceId);
}

function treeAround(span: RelatedSpan): ExecutionTree {
  const { spans, isComplete } = span[relatives] ?? { spans: [span], isComplete: true };
  const tree = treeOfSpans(traceIdOf(span), spans);
  return { ...tree, isComplete: tree.isComplete && isComplete };
}

/**
 * Lets the spans of a request know one another, and remembers the latest of this process, whatever trace they belong to, where that is asked for: what
 * outlives its request is dear to the garbage collector.
 */
export class ExecutionRecorder {
  /** The live spans: they know by themselves that they ended. */
  readonly #ring: (ReadableSpan | undefined)[];
  #started = 0;

  constructor(maxSpans: number) {
    this.#ring = new Array<ReadableSpan | undefined>(maxSpans).fill(undefined);
  }

  started(span: RelatedSpan, parent: Context): void {
    if (parent !== rootContext) noteInside(parent, span);
    if (this.#ring.length > 0) this.#ring[this.#started++ % this.#ring.length] = span;
  }

  treeOf(traceId: string): ExecutionTree | undefined {
    const oldest = this.#started % this.#ring.length;
    const inOrder = [...this.#ring.slice(oldest), ...this.#ring.slice(0, oldest)];
    const spans = inOrder.filter(span => span !== undefined && span.spanContext().traceId === traceId);
    return spans.length === 0 ? undefined : treeOfSpans(traceId, spans as ReadableSpan[]);
  }

  forget(): void {
    this.#ring.fill(undefined);
  }
}

function noteInside(parent: Context, span: RelatedSpan): void {
  recordingIn(parent)?.note(span);
  const above: RelatedSpan | Span | undefined = trace.getSpan(parent);
  if (above !== undefined && isOfThisProcess(above)) noteBelow(above, span);
}

// Most requests are one span: only the second makes a list of them.
function noteBelow(above: RelatedSpan, span: RelatedSpan): void {
  let recording = above[relatives];
  if (recording === undefined) {
    recording = above[relatives] = new SpanRecording(undefined);
    recording.note(above);
  }
  recording.note(span);
  span[relatives] = recording;
}

// The caller's span in another process is known by its context alone.
const isOfThisProcess = (span: RelatedSpan | Span): span is RelatedSpan => 'startTime' in span;

const traceIdOf = (span: RelatedSpan): string => span.spanContext().traceId;

type GrowingNode = ExecutionNode & { readonly children: ExecutionNode[] };

/** The spans, in start order, nested; a span whose parent is not among them is a root. */
export function treeOfSpans(traceId: string, spans: readonly ReadableSpan[]): ExecutionTree {
  const nodes = new Map<string, GrowingNode>();
  const roots: ExecutionNode[] = [];
  const rootEndOf = new Map<string, number>();
  let isComplete = true;
  for (const [index, span] of spans.entries()) {
    const { spanId } = span.spanContext();
    const parentId = span.parentSpanContext?.spanId ?? '';
    const parent = nodes.get(parentId);
    const rootEndMs = parent === undefined ? endMsOf(span) : (rootEndOf.get(parentId) ?? Infinity);
    const node = nodeOf(span, { order: index + 1, rootEndMs });
    nodes.set(spanId, node);
    rootEndOf.set(spanId, rootEndMs);
    (parent?.children ?? roots).push(node);
    isComplete &&=
      parent !== undefined || span.parentSpanContext === undefined || span.parentSpanContext.isRemote === true;
  }
  return { traceId, roots, isComplete };
}

interface Place {
  readonly order: number;
  readonly rootEndMs: number;
}

function nodeOf(span: ReadableSpan, { order, rootEndMs }: Place): GrowingNode {
  const { [TracingAttribute.description]: description, ...attributes } = span.attributes;
  return {
    name: redactText(span.name),
    description: typeof description === 'string' ? description : undefined,
    order,
    spanId: span.spanContext().spanId,
    state: !span.ended ? 'running' : endMsOf(span) > rootEndMs ? 'late' : 'finished',
    startedAtMs: ms(span.startTime),
    durationMs: span.ended ? ms(span.duration) : undefined,
    error: errorOf(span),
    // Spans are redacted when they end; these may still be running.
    attributes: Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, redactValue(key, value)])),
    children: [],
  };
}

function errorOf(span: ReadableSpan): ExecutionNode['error'] {
  if (span.status.code !== SpanStatusCode.ERROR) return undefined;
  const type = span.attributes[ATTR_ERROR_TYPE];
  return { type: typeof type === 'string' ? type : 'Error', message: redactText(span.status.message ?? '') };
}

function endMsOf(span: ReadableSpan): number {
  return span.ended ? ms(span.endTime) : Infinity;
}

function ms([seconds, nanos]: HrTime): number {
  return seconds * 1e3 + nanos / 1e6;
}
