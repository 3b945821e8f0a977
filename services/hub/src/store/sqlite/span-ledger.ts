/** The first span of an id in its trace. */
export interface KnownSpan {
  /** Its number in the partition. */
  readonly row: number;
  readonly service: string;
  readonly isClient: boolean;
}

/** A span whose parent has not come yet: what its edge will need, and what a list shows when the parent never comes. */
export interface WaitingChild {
  readonly spanId: string;
  readonly service: string;
  readonly name: string;
  readonly startNs: bigint;
  readonly durationNs: number;
  readonly isError: boolean;
}

/**
 * What must be known of all spans of a trace while more of them come: to tell a retry from news, and to join calls.
 * Ids are strings of one byte per character.
 */
export interface SpanLedger {
  get(spanId: string): KnownSpan | undefined;
  put(spanId: string, span: KnownSpan): void;
  /** Notes the content of a span whose id was known; false when it was noted before. */
  noteContent(spanId: string, content: string): boolean;
  wait(parentSpanId: string, child: WaitingChild): void;
  /** Hands over those that waited for a span. */
  meet(spanId: string): readonly WaitingChild[];
  /** Of those that wait the first by start, then by id. */
  earliestWaiting(): WaitingChild | undefined;
}

/** Keeps it in memory: for traces of ordinary size. */
export class MemoryLedger implements SpanLedger {
  readonly #spans = new Map<string, KnownSpan>();
  readonly #waiting = new Map<string, WaitingChild[]>();
  /** Few traces have any. */
  #contents: Set<string> | undefined;

  get(spanId: string): KnownSpan | undefined {
    return this.#spans.get(spanId);
  }

  put(spanId: string, span: KnownSpan): void {
    this.#spans.set(spanId, span);
  }

  noteContent(spanId: string, content: string): boolean {
    this.#contents ??= new Set();
    const key = spanId + content;
    if (this.#contents.has(key)) return false;
    this.#contents.add(key);
    return true;
  }

  wait(parentSpanId: string, child: WaitingChild): void {
    const waiting = this.#waiting.get(parentSpanId);
    if (waiting === undefined) this.#waiting.set(parentSpanId, [child]);
    else waiting.push(child);
  }

  meet(spanId: string): readonly WaitingChild[] {
    const waiting = this.#waiting.get(spanId) ?? [];
    this.#waiting.delete(spanId);
    return waiting;
  }

  earliestWaiting(): WaitingChild | undefined {
    let earliest: WaitingChild | undefined;
    for (const waiting of this.#waiting.values()) {
      for (const child of waiting) if (earliest === undefined || isEarlier(child, earliest)) earliest = child;
    }
    return earliest;
  }

  /** Writes all of it to another. */
  copyTo(ledger: SpanLedger): void {
    for (const [spanId, span] of this.#spans) ledger.put(spanId, span);
    for (const [parent, waiting] of this.#waiting) for (const child of waiting) ledger.wait(parent, child);
    for (const key of this.#contents ?? []) ledger.noteContent(key.slice(0, ID_LENGTH), key.slice(ID_LENGTH));
  }
}

const ID_LENGTH = 8;

function isEarlier(left: WaitingChild, right: WaitingChild): boolean {
  return left.startNs === right.startNs ? left.spanId < right.spanId : left.startNs < right.startNs;
}
