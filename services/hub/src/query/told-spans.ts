import { type Span } from '@tracelab/trace-model';

import { BatchDecoder, type SpanHead } from '../otlp/decode-span.ts';
import { type TraceBatch } from '../otlp/trace-batch.ts';
import { SpanAdjuster } from './adjust-spans.ts';

/**
 * The spans of a trace as they are shown, or raw as they came, decoded one by one as they are asked for: what is written
 * at once dies young, where thousands of spans together would be copied by each collection of garbage.
 */
export class ToldSpans implements Iterable<Span> {
  readonly length: number;
  readonly #decoder: BatchDecoder;
  readonly #heads: readonly SpanHead[];
  readonly #adjuster: SpanAdjuster | undefined;

  constructor(batch: TraceBatch, isRaw: boolean) {
    this.#decoder = new BatchDecoder(batch, { keepsText: true });
    this.length = this.#decoder.length;
    this.#heads = this.#decoder.heads();
    this.#adjuster = isRaw ? undefined : new SpanAdjuster(this.#heads);
  }

  *[Symbol.iterator](): Generator<Span> {
    for (let row = 0; row < this.length; row++) yield this.#span(row);
  }

  /** By start, then by id. */
  *byStart(): Generator<Span> {
    const heads = this.#heads;
    const ids = heads.map(head => this.#adjuster?.idOf(head) ?? head.spanId);
    // Rounded to a quarter of a microsecond these are compared in a fraction of the time, and hardly ever equal.
    const starts = Float64Array.from(heads, ({ startNs }) => Number(startNs));
    const compare = (left: number, right: number): number => {
      const [start = 0, otherStart = 0] = [starts[left], starts[right]];
      if (start !== otherStart) return start - otherStart;
      const [startNs = 0n, otherNs = 0n] = [heads[left]?.startNs, heads[right]?.startNs];
      if (startNs !== otherNs) return startNs < otherNs ? -1 : 1;
      const [id = '', otherId = ''] = [ids[left], ids[right]];
      return id < otherId ? -1 : id > otherId ? 1 : 0;
    };
    for (const row of Uint32Array.from(heads.keys()).sort(compare)) yield this.#span(row);
  }

  #span(row: number): Span {
    const span = this.#decoder.span(row);
    this.#adjuster?.adjust(span);
    return span;
  }
}
