import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace';
import { redactAttributes, redactText } from './redact.ts';

/** Takes secrets out of every span as it ends, whoever wrote them, before any other processor or exporter sees it. */
export class RedactingProcessor implements SpanProcessor {
  // Names are few and come again and again.
  readonly #cleanNames = new Set<string>();

  onStart(): void {
    // A running span is still being written.
  }

  onEnding(span: Span): void {
    if (!this.#cleanNames.has(span.name)) this.#cleanName(span);
    const { code, message } = span.status;
    if (message !== undefined) {
      const seen = redactText(message);
      if (seen !== message) span.setStatus({ code, message: seen });
    }
  }

  onEnd(span: ReadableSpan): void {
    redactAttributes(span.attributes);
    for (const { attributes } of span.events) if (attributes !== undefined) redactAttributes(attributes);
    for (const { attributes } of span.links) if (attributes !== undefined) redactAttributes(attributes);
  }

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }

  #cleanName(span: Span): void {
    const name = redactText(span.name);
    if (name !== span.name) span.updateName(name);
    // Names made from input must not fill the memory.
    else if (this.#cleanNames.size < 2_000) this.#cleanNames.add(name);
  }
}
