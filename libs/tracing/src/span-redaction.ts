import type { ReadableSpan, Span } from '@opentelemetry/sdk-trace';
import { redactAttributes, redactText } from './redact.ts';
import { RecordedSpan } from './spans/recorded-span.ts';

/** Takes secrets out of every span as it ends, whoever wrote them, before any other processor or exporter sees it. */
export class SpanRedaction {
  // Names are few and come again and again.
  readonly #cleanNames = new Set<string>();
  readonly #trustsClean: boolean;

  /** `trustsClean`: nobody else can have put attributes past a span's own methods, as processors do. */
  constructor({ trustsClean }: { readonly trustsClean: boolean }) {
    this.#trustsClean = trustsClean;
  }

  ending(span: Span): void {
    const name = this.#seenName(span.name);
    if (name !== span.name) span.updateName(name);
    const { code, message } = span.status;
    if (message !== undefined) {
      const seen = redactText(message);
      if (seen !== message) span.setStatus({ code, message: seen });
    }
  }

  ended(span: ReadableSpan): void {
    const isClean = this.#trustsClean && span instanceof RecordedSpan && span.areClean;
    if (!isClean) redactAttributes(span.attributes);
    for (const event of span.events) {
      event.name = this.#seenName(event.name);
      if (event.attributes !== undefined) redactAttributes(event.attributes);
    }
    for (const { attributes } of span.links) if (attributes !== undefined) redactAttributes(attributes);
  }

  #seenName(name: string): string {
    if (this.#cleanNames.has(name)) return name;
    const seen = redactText(name);
    // Names made from input must not fill the memory.
    if (seen === name && this.#cleanNames.size < 2_000) this.#cleanNames.add(name);
    return seen;
  }
}
