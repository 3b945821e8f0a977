import { SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import type { SpanContext } from '@opentelemetry/api';
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace';
import { TracingAttribute } from '../attributes.ts';
import type { KeepRule } from './sampling.ts';

interface Undecided {
  /** The trace's id; the root's where another request of the same trace was undecided when it came. */
  readonly id: string;
  readonly rootSpanId: string;
  readonly spans: ReadableSpan[];
  /** Of every span that started, where the trace's id does not find it. */
  readonly spanIds: string[];
  hasError: boolean;
}

/** What takes the spans that are kept. */
interface KeptQueue {
  add(span: ReadableSpan): void;
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
}

/**
 * Holds the spans of requests that the sampler did not choose until the request ends, then exports those of requests that failed
 * or were slow and forgets the rest. Sampled spans pass straight through.
 */
export class KeptTraces implements SpanProcessor {
  readonly #rule: Required<KeepRule>;
  readonly #queue: KeptQueue;
  readonly #undecided = new Map<string, Undecided>();
  // By span, only for those requests whose trace had an undecided one already: nearly always none.
  readonly #further = new Map<string, Undecided>();
  #held = 0;

  constructor(rule: KeepRule, queue: KeptQueue) {
    this.#rule = { errors: true, slowMs: Infinity, maxSpans: 20_000, ...rule };
    this.#queue = queue;
  }

  get held(): number {
    return this.#held;
  }

  onStart(span: Span): void {
    if (isSampled(span)) return;
    const parent = span.parentSpanContext;
    if (parent === undefined || parent.isRemote === true) this.#requestStarted(span.spanContext());
    else if (this.#further.size > 0) this.#note(span.spanContext().spanId, this.#further.get(parent.spanId));
  }

  onEnd(span: ReadableSpan): void {
    if (isSampled(span)) {
      this.#queue.add(span);
      return;
    }
    const { traceId, spanId } = span.spanContext();
    const undecided = this.#further.get(spanId) ?? this.#undecided.get(traceId);
    // Work that outlived its request: the decision is made and the span too late.
    if (undecided === undefined) return;
    undecided.spans.push(span);
    undecided.hasError ||= span.status.code === SpanStatusCode.ERROR;
    this.#held++;
    if (spanId === undecided.rootSpanId) this.#decide(undecided, span);
    else if (this.#held > this.#rule.maxSpans) this.#forgetOldest();
  }

  forceFlush(): Promise<void> {
    return this.#queue.forceFlush();
  }

  shutdown(): Promise<void> {
    this.#undecided.clear();
    this.#further.clear();
    return this.#queue.shutdown();
  }

  #requestStarted({ traceId, spanId }: SpanContext): void {
    const isFirst = !this.#undecided.has(traceId);
    const id = isFirst ? traceId : spanId;
    const undecided: Undecided = { id, rootSpanId: spanId, spans: [], spanIds: [], hasError: false };
    this.#undecided.set(id, undecided);
    if (!isFirst) this.#note(spanId, undecided);
  }

  #note(spanId: string, undecided: Undecided | undefined): void {
    if (undecided === undefined) return;
    this.#further.set(spanId, undecided);
    undecided.spanIds.push(spanId);
  }

  #decide(undecided: Undecided, root: ReadableSpan): void {
    this.#forget(undecided);
    const because = this.#reason(undecided, root);
    if (because === undefined) return;
    root.attributes[TracingAttribute.keptBecause] = because;
    for (const span of undecided.spans) this.#queue.add(span);
  }

  #reason({ hasError }: Undecided, { duration: [seconds, nanos] }: ReadableSpan): 'error' | 'slow' | undefined {
    if (hasError && this.#rule.errors) return 'error';
    return seconds * 1e3 + nanos / 1e6 >= this.#rule.slowMs ? 'slow' : undefined;
  }

  #forgetOldest(): void {
    const [oldest] = this.#undecided.values();
    if (oldest !== undefined) this.#forget(oldest);
  }

  #forget({ id, spans, spanIds }: Undecided): void {
    this.#undecided.delete(id);
    for (const spanId of spanIds) this.#further.delete(spanId);
    this.#held -= spans.length;
  }
}

function isSampled(span: ReadableSpan): boolean {
  return (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0;
}
