import { context, trace } from '@opentelemetry/api';
import type { Context, Span } from '@opentelemetry/api';
import { clock } from './clock.ts';
import { TracingAttribute } from './attributes.ts';

interface Fold {
  readonly span: Span;
  count: number;
  totalMs: number;
  maxMs: number;
}

interface Siblings {
  readonly seen: Map<string, number>;
  readonly folds: Map<string, Fold>;
}

/**
 * Keeps a loop from filling its trace: the first calls of one name below one parent have spans of their own, all further
 * ones share one that tells how many they were and how long they took. It ends with its parent.
 */
export class FoldedSiblings {
  readonly #limit: number;
  readonly #siblings = new WeakMap<object, Siblings>();
  // At the level `route` nobody folds, and looking for what is not there would be paid by every span.
  #isUsed = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Undefined while the call may have a span of its own; else the shared span to run it in. */
  foldOf(parent: Span, name: string, open: () => Span): FoldedCall | undefined {
    if (this.#limit === 0 || !parent.isRecording()) return undefined;
    this.#isUsed = true;
    const siblings = this.#of(parent);
    const seen = (siblings.seen.get(name) ?? 0) + 1;
    siblings.seen.set(name, seen);
    if (seen <= this.#limit) return undefined;
    const fold = siblings.folds.get(name) ?? { span: open(), count: 0, totalMs: 0, maxMs: 0 };
    siblings.folds.set(name, fold);
    return new FoldedCall(fold);
  }

  /** To be told of a span while it is still writable. */
  ending(span: Span): void {
    if (!this.#isUsed) return;
    const siblings = this.#siblings.get(span);
    if (siblings === undefined) return;
    for (const { span: folded, count, totalMs, maxMs } of siblings.folds.values()) {
      folded.setAttributes({
        [TracingAttribute.foldedCount]: count,
        [TracingAttribute.foldedTotalMs]: totalMs,
        [TracingAttribute.foldedMaxMs]: maxMs,
      });
      folded.end(clock.now());
    }
    this.#siblings.delete(span);
  }

  #of(parent: Span): Siblings {
    const known = this.#siblings.get(parent);
    if (known !== undefined) return known;
    const siblings = { seen: new Map<string, number>(), folds: new Map<string, Fold>() };
    this.#siblings.set(parent, siblings);
    return siblings;
  }
}

/** One of the calls that share a span. */
export class FoldedCall {
  readonly #fold: Fold;
  readonly #startedAtMs = performance.now();

  constructor(fold: Fold) {
    this.#fold = fold;
  }

  get context(): Context {
    return trace.setSpan(context.active(), this.#fold.span);
  }

  end(): void {
    const durationMs = performance.now() - this.#startedAtMs;
    this.#fold.count++;
    this.#fold.totalMs += durationMs;
    this.#fold.maxMs = Math.max(this.#fold.maxMs, durationMs);
  }
}
