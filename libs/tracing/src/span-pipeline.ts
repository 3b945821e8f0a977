import type { Context } from '@opentelemetry/api';
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace';
import type { StockSql } from './clients/stock-sql.ts';
import type { ExecutionRecorder } from './execution-tree.ts';
import type { FoldedSiblings } from './folded-siblings.ts';
import { SpanRedaction } from './span-redaction.ts';

export interface SpanPipelineParts {
  readonly folding: FoldedSiblings;
  readonly executions: ExecutionRecorder;
  /** Where stock instrumentations are at work. */
  readonly stockSql: StockSql | undefined;
  /** The application's own. They see spans without their secrets. */
  readonly processors: readonly SpanProcessor[];
  readonly sending: SpanProcessor;
}

/** All that happens to a span of this process, in order. One processor: the SDK asks each of several at every turn. */
export class SpanPipeline implements SpanProcessor {
  readonly #folding: FoldedSiblings;
  readonly #redaction: SpanRedaction;
  readonly #executions: ExecutionRecorder;
  readonly #stockSql: StockSql | undefined;
  readonly #processors: readonly SpanProcessor[];
  readonly #sending: SpanProcessor;

  constructor({ folding, executions, stockSql, processors, sending }: SpanPipelineParts) {
    this.#folding = folding;
    this.#redaction = new SpanRedaction({ trustsClean: processors.length === 0 });
    this.#executions = executions;
    this.#stockSql = stockSql;
    this.#processors = processors;
    this.#sending = sending;
  }

  onStart(span: Span, parent: Context): void {
    this.#stockSql?.onStart(span);
    this.#executions.started(span, parent);
    for (const processor of this.#processors) processor.onStart(span, parent);
    this.#sending.onStart(span, parent);
  }

  onEnding(span: Span): void {
    this.#folding.ending(span);
    this.#redaction.ending(span);
    for (const processor of this.#processors) processor.onEnding?.(span);
  }

  onEnd(span: ReadableSpan): void {
    this.#redaction.ended(span);
    for (const processor of this.#processors) processor.onEnd(span);
    this.#sending.onEnd(span);
  }

  async forceFlush(): Promise<void> {
    await Promise.all([...this.#processors, this.#sending].map(processor => processor.forceFlush()));
  }

  async shutdown(): Promise<void> {
    this.#executions.forget();
    await Promise.all([...this.#processors, this.#sending].map(processor => processor.shutdown()));
  }
}
