import { context, createContextKey } from '@opentelemetry/api';
import type { Context } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';

const key = createContextKey('tracelab span recording');
const MOST_SPANS = 1_000;

/** Where a span keeps the recording of the request, or whatever its first span is of, in which it started. */
export const relatives = Symbol('tracelab.relatives');

/** A span that knows those that started in the same request; alone, it knows none. */
export interface RelatedSpan extends ReadableSpan {
  [relatives]?: SpanRecording | undefined;
}

/** The spans that started inside one piece of work, in start order, up to a number. */
export class SpanRecording {
  readonly spans: ReadableSpan[] = [];
  readonly #outer: SpanRecording | undefined;
  #isComplete = true;

  constructor(outer: SpanRecording | undefined) {
    this.#outer = outer;
  }

  get isComplete(): boolean {
    return this.#isComplete;
  }

  note(span: ReadableSpan): void {
    if (this.spans.length < MOST_SPANS) this.spans.push(span);
    else this.#isComplete = false;
    this.#outer?.note(span);
  }
}

export function recordingIn(active: Context): SpanRecording | undefined {
  return active.getValue(key) as SpanRecording | undefined;
}

export function withRecording<T>(recording: SpanRecording, fn: () => T): T {
  return context.with(context.active().setValue(key, recording), fn);
}
