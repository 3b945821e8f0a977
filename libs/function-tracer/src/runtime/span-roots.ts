import { activeSpan, hasContexts, type SpanIds } from './active-span.ts';
import { createRoot, type RequestRoot, type Share } from './request-root.ts';

const MOST_SPANS_KEPT = 100;

/**
 * Joins calls to the OpenTelemetry span that is active around them. A request's own span begins after the request
 * itself, and other spans inside it: each has a root of its own, alike in everything but the ids.
 */
export class SpanRoots {
  readonly #takesTree: () => Share;
  readonly #bySpan = new WeakMap<RequestRoot, Map<string, RequestRoot>>();
  #withoutRequest: RequestRoot | undefined;
  /** Until the application has set OpenTelemetry up there is nothing to ask for each call. */
  isActive = false;

  constructor(takesTree: () => Share) {
    this.#takesTree = takesTree;
  }

  look(): void {
    this.isActive = hasContexts();
  }

  /** What a call has in common with others, if without spans that would be `root`. */
  under(root: RequestRoot | undefined): RequestRoot | undefined {
    const span = activeSpan();
    if (span === undefined || (root?.spanId === span.spanId && root.traceId === span.traceId)) return root;
    return root === undefined ? this.#outsideRequests(span) : this.#inRequest(root.request ?? root, span);
  }

  /** The root of the request's first span, if a call has run under any. */
  firstIn(request: RequestRoot): RequestRoot | undefined {
    return this.#bySpan.get(request)?.values().next().value;
  }

  #outsideRequests(span: SpanIds): RequestRoot {
    const known = this.#withoutRequest;
    if (known?.spanId === span.spanId) return known;
    const { traceId, spanId } = span;
    this.#withoutRequest = createRoot({ traceId, spanId, requestId: undefined, writes: this.#takesTree() });
    return this.#withoutRequest;
  }

  #inRequest(request: RequestRoot, { traceId, spanId }: SpanIds): RequestRoot {
    const known = this.#rootsOf(request);
    const found = known.get(spanId);
    if (found !== undefined) return found;
    const { requestId, writes } = request;
    const created = createRoot({ requestId, traceId, spanId, writes, request });
    if (known.size < MOST_SPANS_KEPT) known.set(spanId, created);
    return created;
  }

  #rootsOf(request: RequestRoot): Map<string, RequestRoot> {
    const known = this.#bySpan.get(request) ?? new Map<string, RequestRoot>();
    this.#bySpan.set(request, known);
    return known;
  }
}
