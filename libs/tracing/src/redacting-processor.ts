import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace';
import { redactAttributes, redactText } from './redact.ts';

/** Takes secrets out of every span as it ends, whoever wrote them, before any other processor or exporter sees it. */
export class RedactingProcessor implements SpanProcessor {
  onStart(): void {
    // A running span is still being written.
  }

  onEnding(span: Span): void {
    const name = redactText(span.name);
    if (name !== span.name) span.updateName(name);
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
}
