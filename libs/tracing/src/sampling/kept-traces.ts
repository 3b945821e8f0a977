import { SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace';
import { TracingAttribute } from '../attributes.ts';
import type { KeepRule } from './sampling.ts';

interface Undecided {
  readonly rootSpanId: string;
  readonly spans: ReadableSpan[];
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
    const { traceId, spanId } = span.spanContext();
    const isLocalRoot = span.parentSpanContext === undefined || span.parentSpanContext.isRemote === true;
    if (isLocalRoot && !this.#undecided.has(traceId))
      this.#undecided.set(traceId, { rootSpanId: spanId, spans: [], hasError: false });
  }

  onEnd(span: ReadableSpan): void {
    if (isSampled(span)) {
      this.#queue.add(span);
      return;
    }
    const { traceId, spanId } = span.spanContext();
    const undecided = this.#undecided.get(traceId);
    // Work that outlived its request: the decision is made and the span too late.
    if (undecided === undefined) return;
    undecided.spans.push(span);
    undecided.hasError ||= span.status.code === SpanStatusCode.ERROR;
    this.#held++;
    if (spanId === undecided.rootSpanId) this.#decide(traceId, { undecided, root: span });
    else if (this.#held > this.#rule.maxSpans) this.#forgetOldest();
  }

  forceFlush(): Promise<void> {
    return this.#queue.forceFlush();
  }

  shutdown(): Promise<void> {
    this.#undecided.clear();
    return this.#queue.shutdown();
  }

  #decide(traceId: string, { undecided, root }: { undecided: Undecided; root: ReadableSpan }): void {
    this.#forget(traceId, undecided);
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
    const [oldest] = this.#undecided;
    if (oldest !== undefined) this.#forget(...oldest);
  }

  #forget(traceId: string, { spans }: Undecided): void {
    this.#undecided.delete(traceId);
    this.#held -= spans.length;
  }
}

function isSampled(span: ReadableSpan): boolean {
  return (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0;
}
