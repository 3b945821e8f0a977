import type { EdgeKind } from '@tracelab/trace-model';

import { MemoryLedger, type SpanLedger } from './span-ledger.ts';

/** One use of an edge, to be counted in the bucket of the child's start. */
export interface EdgeUse {
  readonly parent: string;
  readonly child: string;
  readonly kind: EdgeKind;
  readonly startNs: bigint;
  readonly durationNs: number;
  readonly isError: boolean;
}

/** The facts of one span that its trace's summary and edges need. Ids are strings of one byte per character. */
export interface SpanFacts {
  /** Its number in the partition. */
  readonly row: number;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly service: string;
  readonly name: string;
  readonly kind: number;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly durationNs: number;
  readonly isError: boolean;
}

export type RootFacts = Pick<SpanFacts, 'spanId' | 'service' | 'name' | 'startNs'>;

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
  ledger: SpanLedger;
  isDirty = false;
  spanCount = 0;
  errorCount = 0;
  orphanCount = 0;
  startNs = 0n;
  endNs = 0n;
  /** The earliest span without a parent. */
  root: RootFacts | undefined;

  constructor(traceId: string, id: number, ledger: SpanLedger = new MemoryLedger()) {
    this.traceId = traceId;
    this.id = id;
    this.ledger = ledger;
  }

  /** Spans that are remembered in memory. */
  get weight(): number {
    return this.ledger instanceof MemoryLedger ? this.spanCount : 1;
  }

  /** What stands for the trace in a list: when its root never came, the earliest of the spans that miss their parent. */
  head(): RootFacts | undefined {
    return this.root ?? (this.orphanCount > 0 ? this.ledger.earliestWaiting() : undefined);
  }

  /** Goes on with another ledger, which gets all that is known. */
  moveTo(ledger: SpanLedger): void {
    if (this.ledger instanceof MemoryLedger) this.ledger.copyTo(ledger);
    this.ledger = ledger;
  }

  /** Takes a span in and returns the calls that are known by it. */
  add(span: SpanFacts): readonly EdgeUse[] {
    this.isDirty = true;
    this.#sumUp(span);
    const uses: EdgeUse[] = [];
    const known = this.ledger.get(span.spanId);
    // A server that shares its client's span id is that client's callee.
    const isShared = span.kind === SERVER && known?.isClient === true;
    if (isShared) uses.push(useOf(span, known.service));
    else this.#meetParent(span, uses);
    if (known === undefined) {
      this.ledger.put(span.spanId, { row: span.row, service: span.service, isClient: span.kind === CLIENT });
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
    const { spanId, parentSpanId } = span;
    if (parentSpanId === '' || parentSpanId === spanId) return;
    const parent = this.ledger.get(parentSpanId);
    if (parent !== undefined) {
      uses.push(useOf(span, parent.service));
      return;
    }
    this.orphanCount++;
    const { service, name, startNs, durationNs, isError } = span;
    this.ledger.wait(parentSpanId, { spanId, service, name, startNs, durationNs, isError });
  }

  #meetChildren({ spanId, service }: SpanFacts, uses: EdgeUse[]): void {
    if (this.orphanCount === 0) return;
    const waiting = this.ledger.meet(spanId);
    this.orphanCount -= waiting.length;
    for (const child of waiting) uses.push(useOf(child, service));
  }
}

type CalleeFacts = Pick<SpanFacts, 'service' | 'startNs' | 'durationNs' | 'isError'>;

function useOf({ service, startNs, durationNs, isError }: CalleeFacts, parent: string): EdgeUse {
  return { parent, child: service, kind: 'call', startNs, durationNs, isError };
}

/** Remembers the traces that grew last, bounded by the spans that they hold in memory together. */
export class RecentTraces {
  readonly #entries = new Map<string, { readonly state: TraceState; readonly weight: number }>();
  readonly #maxWeight: number;
  #weight = 0;

  constructor(maxSpans: number) {
    this.#maxWeight = maxSpans;
  }

  get(traceId: string): TraceState | undefined {
    const entry = this.#entries.get(traceId);
    if (entry === undefined) return undefined;
    // Last in the map is the most recent.
    this.#entries.delete(traceId);
    this.#entries.set(traceId, entry);
    return entry.state;
  }

  /** Takes in a trace, or tells that its weight has changed. */
  put(state: TraceState): void {
    const { traceId, weight } = state;
    this.#weight += weight - (this.#entries.get(traceId)?.weight ?? 0);
    this.#entries.set(traceId, { state, weight });
  }

  clear(): void {
    this.#entries.clear();
    this.#weight = 0;
  }

  /** Forgets the longest unchanged until the bound holds; what is dirty must be stored before. */
  trim(): void {
    for (const [traceId, { weight }] of this.#entries) {
      if (this.#weight <= this.#maxWeight) return;
      this.#entries.delete(traceId);
      this.#weight -= weight;
    }
  }
}
