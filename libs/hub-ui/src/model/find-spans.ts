import { type Attribute, type Span, type SpanNode, textOf, type Trace } from '@tracelab/trace-model';

/** The spans that hold the text anywhere, in any case, in the trace's order. */
export function findSpans(trace: Trace, text: string): SpanNode[] {
  const needle = text.trim().toLowerCase();
  if (needle === '') return [];
  const holds = new TextMatcher(needle);
  return trace.nodes.filter(({ span }) => holds.span(span));
}

/** Remembers its answers: names and values repeat over a trace, and lowering their case is most of the work. */
class TextMatcher {
  readonly #needle: string;
  readonly #known = new Map<string, boolean>();
  readonly #shared = new Map<readonly Attribute[], boolean>();

  constructor(needle: string) {
    this.#needle = needle;
  }

  span(span: Span): boolean {
    return (
      this.#text(span.name) ||
      this.#text(span.service) ||
      span.spanId === this.#needle ||
      this.#text(span.status.message) ||
      this.#attributes(span.attributes) ||
      span.events.some(event => this.#text(event.name) || this.#attributes(event.attributes)) ||
      this.#resource(span.resource.attributes)
    );
  }

  #attributes(attributes: readonly Attribute[]): boolean {
    return attributes.some(({ key, value }) => this.#text(key) || this.#text(textOf(value)));
  }

  #resource(attributes: readonly Attribute[]): boolean {
    const known = this.#shared.get(attributes);
    if (known !== undefined) return known;
    const answer = this.#attributes(attributes);
    this.#shared.set(attributes, answer);
    return answer;
  }

  #text(text: string): boolean {
    if (text.length < this.#needle.length) return false;
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const answer = text.toLowerCase().includes(this.#needle);
    if (this.#known.size < MAX_KNOWN) this.#known.set(text, answer);
    return answer;
  }
}

const MAX_KNOWN = 20_000;
