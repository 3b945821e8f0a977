import type { ReadableSpan, Span } from '@opentelemetry/sdk-trace';
import { CleanTexts } from './clean-texts.ts';
import { redactAttributes, redactText } from './redact.ts';
import { RecordedSpan } from './spans/recorded-span.ts';

/** Takes secrets out of every span as it ends, whoever wrote them, before any other processor or exporter sees it. */
export class SpanRedaction {
  readonly #names = new CleanTexts();
  readonly #trustsClean: boolean;

  /** `trustsClean`: nobody else can have put attributes past a span's own methods, as processors do. */
  constructor({ trustsClean }: { readonly trustsClean: boolean }) {
    this.#trustsClean = trustsClean;
  }

  ending(span: Span): void {
    const name = this.#names.seen(span.name);
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
      event.name = this.#names.seen(event.name);
      if (event.attributes !== undefined) redactAttributes(event.attributes);
    }
    for (const { attributes } of span.links) if (attributes !== undefined) redactAttributes(attributes);
  }
}
