import type { EdgeKind } from '@tracelab/trace-model';

/** What an edge will need of a child whose parent has not come yet. */
export interface WaitingChild {
  readonly service: string;
  readonly startMs: number;
  readonly durationNs: number;
  readonly isError: boolean;
}

/** One use of an edge in a bucket of time, to be counted. */
export interface EdgeUse extends Omit<WaitingChild, 'service'> {
  readonly parent: string;
  readonly child: string;
  readonly kind: EdgeKind;
}

/** The facts of one span that its trace's summary and edges need. Ids are strings of one byte per character. */
export interface SpanFacts {
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly service: string;
  readonly name: string;
  readonly kind: number;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly bucketMs: number;
  readonly durationNs: number;
  readonly isError: boolean;
}

const SERVER = 2;
const CLIENT = 3;

/**
 * The summary of a trace that is still growing, kept current span by span, whatever order they come in: a child that
 * comes before its parent waits, and its edge is counted when the parent does.
 */
export class TraceState {
  readonly traceId: string;
  /** Row in the partition. */
  readonly id: number;
  readonly services = new Map<string, [spans: number, errors: number]>();
  /** Content keys of all its spans, once a span id came twice. */
  contents: Set<string> | undefined;
  isDirty = false;
  isStored = false;
  spanCount = 0;
  errorCount = 0;
  orphanCount = 0;
  startNs = 0n;
  endNs = 0n;
  root: Pick<SpanFacts, 'spanId' | 'service' | 'name' | 'startNs'> | undefined;
  readonly #services = new Map<string, string>();
  readonly #clients = new Set<string>();
  readonly #waiting = new Map<string, WaitingChild[]>();

  constructor(traceId: string, id: number) {
    this.traceId = traceId;
    this.id = id;
  }

  has(spanId: string): boolean {
    return this.#services.has(spanId);
  }

  /** Takes a span in and returns the calls that are known by it. */
  add(span: SpanFacts): readonly EdgeUse[] {
    this.isDirty = true;
    this.#sumUp(span);
    const uses: EdgeUse[] = [];
    this.#meetParent(span, uses);
    if (!this.#services.has(span.spanId)) {
      this.#services.set(span.spanId, span.service);
      if (span.kind === CLIENT) this.#clients.add(span.spanId);
      this.#meetChildren(span, uses);
    }
    return uses;
  }

  #sumUp({ service, startNs, endNs, isError, ...span }: SpanFacts): void {
    if (this.spanCount === 0 || startNs < this.startNs) this.startNs = startNs;
    // A span that ends before it starts still was there at its start.
    const lastNs = endNs > startNs ? endNs : startNs;
    if (this.spanCount === 0 || lastNs > this.endNs) this.endNs = lastNs;
    this.spanCount++;
    if (isError) this.errorCount++;
    const counts = this.services.get(service);
    if (counts === undefined) this.services.set(service, [1, isError ? 1 : 0]);
    else {
      counts[0]++;
      if (isError) counts[1]++;
    }
    if (span.parentSpanId === '' && this.#isEarlierRoot(startNs, span.spanId)) {
      this.root = { service, startNs, spanId: span.spanId, name: span.name };
    }
  }

  #isEarlierRoot(startNs: bigint, spanId: string): boolean {
    if (this.root === undefined || startNs < this.root.startNs) return true;
    return startNs === this.root.startNs && spanId < this.root.spanId;
  }

  #meetParent(span: SpanFacts, uses: EdgeUse[]): void {
    // A server that shares its client's span id is that client's callee.
    const isShared = span.kind === SERVER && this.#clients.has(span.spanId);
    const parentId = isShared ? span.spanId : span.parentSpanId;
    if (parentId === '' || (parentId === span.spanId && !isShared)) return;
    const child = { service: span.service, startMs: span.bucketMs, durationNs: span.durationNs, isError: span.isError };
    const parent = this.#services.get(parentId);
    if (parent !== undefined) {
      uses.push({ ...child, parent, child: span.service, kind: 'call' });
      return;
    }
    this.orphanCount++;
    const waiting = this.#waiting.get(parentId);
    if (waiting === undefined) this.#waiting.set(parentId, [child]);
    else waiting.push(child);
  }

  #meetChildren({ spanId, service }: SpanFacts, uses: EdgeUse[]): void {
    const waiting = this.#waiting.get(spanId);
    if (waiting === undefined) return;
    this.#waiting.delete(spanId);
    this.orphanCount -= waiting.length;
    for (const child of waiting) uses.push({ ...child, parent: service, child: child.service, kind: 'call' });
  }
}

/** Remembers the traces that grew last, bounded by their spans together. */
export class RecentTraces {
  readonly #states = new Map<string, TraceState>();
  readonly #maxSpans: number;
  #spanCount = 0;

  constructor(maxSpans: number) {
    this.#maxSpans = maxSpans;
  }

  get(traceId: string): TraceState | undefined {
    const state = this.#states.get(traceId);
    if (state === undefined) return undefined;
    // Last in the map is the most recent.
    this.#states.delete(traceId);
    this.#states.set(traceId, state);
    return state;
  }

  /** Takes in a trace, or tells that one has grown. */
  put(state: TraceState, addedSpans: number): void {
    this.#states.set(state.traceId, state);
    this.#spanCount += addedSpans;
  }

  clear(): void {
    this.#states.clear();
    this.#spanCount = 0;
  }

  /** Forgets the longest unchanged until the bound holds; what is dirty must be stored before. */
  trim(): void {
    for (const [traceId, state] of this.#states) {
      if (this.#spanCount <= this.#maxSpans) return;
      this.#states.delete(traceId);
      this.#spanCount -= state.spanCount;
    }
  }
}
