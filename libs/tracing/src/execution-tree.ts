import { SpanStatusCode } from '@opentelemetry/api';
import type { Context, HrTime } from '@opentelemetry/api';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace';
import { ATTR_ERROR_TYPE } from '@opentelemetry/semantic-conventions';
import { TracingAttribute } from './attributes.ts';
import { redactText, redactValue } from './redact.ts';
import { currentRuntime } from './runtime.ts';
import { currentTraceId } from './active-span.ts';
import { recordingIn } from './span-recording.ts';

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
 * What one trace, by default the active one, did in this process so far. Parents come from the context in which each span
 * started, so calls side by side stay siblings. Undefined where tracing is off, or the trace is not or no longer
 * known: only the latest spans are kept.
 */
export function executionTree(traceId = currentTraceId()): ExecutionTree | undefined {
  return traceId === undefined ? undefined : currentRuntime()?.executions?.treeOf(traceId);
}

/**
 * Remembers the latest spans of this process, in start order, whatever trace they belong to. A ring, because it is written
 * for every span and read for almost none.
 */
export class ExecutionRecorder implements SpanProcessor {
  readonly #ring: (ReadableSpan | undefined)[];
  #started = 0;

  constructor(maxSpans: number) {
    this.#ring = new Array<ReadableSpan | undefined>(maxSpans).fill(undefined);
  }

  onStart(span: ReadableSpan, parent: Context): void {
    recordingIn(parent)?.note(span);
    this.#ring[this.#started++ % this.#ring.length] = span;
  }

  onEnd(): void {
    // The remembered spans are the live ones: they know by themselves that they ended.
  }

  treeOf(traceId: string): ExecutionTree | undefined {
    const oldest = this.#started % this.#ring.length;
    const inOrder = [...this.#ring.slice(oldest), ...this.#ring.slice(0, oldest)];
    const spans = inOrder.filter(span => span !== undefined && span.spanContext().traceId === traceId);
    return spans.length === 0 ? undefined : treeOfSpans(traceId, spans as ReadableSpan[]);
  }

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    this.#ring.fill(undefined);
    return Promise.resolve();
  }
}

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
