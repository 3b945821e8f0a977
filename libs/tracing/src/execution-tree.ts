import { SpanStatusCode } from '@opentelemetry/api';
import type { HrTime } from '@opentelemetry/api';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace';
import { ATTR_ERROR_TYPE } from '@opentelemetry/semantic-conventions';
import { TracingAttribute } from './attributes.ts';
import { redactText, redactValue } from './redact.ts';
import { currentRuntime } from './runtime.ts';
import { currentTraceId } from './active-span.ts';

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
  /** Spans beyond the bound, not in the tree. */
  readonly omitted: number;
}

/**
 * What one trace, by default the active one, did in this process so far. Parents come from the context in which each span
 * started, so calls side by side stay siblings. Undefined where tracing is off, or the trace is not or no longer
 * known: only the last hundred or so are kept.
 */
export function executionTree(traceId = currentTraceId()): ExecutionTree | undefined {
  return traceId === undefined ? undefined : currentRuntime()?.executions?.treeOf(traceId);
}

export interface ExecutionBounds {
  readonly traces: number;
  readonly spansPerTrace: number;
}

interface Execution {
  readonly spans: ReadableSpan[];
  omitted: number;
}

/** Keeps the spans of the latest traces, in start order. */
export class ExecutionRecorder implements SpanProcessor {
  readonly #bounds: ExecutionBounds;
  readonly #executions = new Map<string, Execution>();

  constructor(bounds: ExecutionBounds) {
    this.#bounds = bounds;
  }

  onStart(span: ReadableSpan): void {
    const { traceId } = span.spanContext();
    const execution = this.#executions.get(traceId) ?? this.#open(traceId);
    if (execution.spans.length < this.#bounds.spansPerTrace) execution.spans.push(span);
    else execution.omitted++;
  }

  onEnd(): void {
    // The recorded spans are the live ones: they know by themselves that they ended.
  }

  treeOf(traceId: string): ExecutionTree | undefined {
    const execution = this.#executions.get(traceId);
    if (execution === undefined) return undefined;
    return { traceId, roots: nest(execution.spans), omitted: execution.omitted };
  }

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    this.#executions.clear();
    return Promise.resolve();
  }

  // A Map keeps insertion order, so its first key is the oldest trace.
  #open(traceId: string): Execution {
    if (this.#executions.size >= this.#bounds.traces) {
      const [oldest] = this.#executions.keys();
      if (oldest !== undefined) this.#executions.delete(oldest);
    }
    const execution = { spans: [], omitted: 0 };
    this.#executions.set(traceId, execution);
    return execution;
  }
}

type GrowingNode = ExecutionNode & { readonly children: ExecutionNode[] };

function nest(spans: readonly ReadableSpan[]): ExecutionNode[] {
  const nodes = new Map<string, GrowingNode>();
  const roots: ExecutionNode[] = [];
  const rootEndOf = new Map<string, number>();
  for (const [index, span] of spans.entries()) {
    const { spanId } = span.spanContext();
    const parentId = span.parentSpanContext?.spanId ?? '';
    const parent = nodes.get(parentId);
    const rootEndMs = parent === undefined ? endMsOf(span) : (rootEndOf.get(parentId) ?? Infinity);
    const node = nodeOf(span, { order: index + 1, rootEndMs });
    nodes.set(spanId, node);
    rootEndOf.set(spanId, rootEndMs);
    (parent?.children ?? roots).push(node);
  }
  return roots;
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
