import { type Attribute, someDetail, type Span, type SpanNode, textOf, type Trace } from '@tracelab/trace-model';

/** The spans that hold the text anywhere, in any case, in the trace's order. */
export function findSpans(trace: Trace, text: string): SpanNode[] {
  const needle = text.trim();
  if (needle === '') return [];
  const holds = new TextMatcher(needle);
  return trace.nodes.filter(({ span }) => holds.span(span));
}

/** A pattern looks into a text without making another one of it, as lowering its case would. */
class TextMatcher {
  readonly #pattern: RegExp;
  readonly #spanId: string;
  readonly #resources = new Map<readonly Attribute[], boolean>();

  constructor(needle: string) {
    this.#pattern = new RegExp(needle.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`), 'iv');
    this.#spanId = needle.toLowerCase();
  }

  span(span: Span): boolean {
    return (
      this.#text(span.name) ||
      this.#text(span.service) ||
      span.spanId === this.#spanId ||
      this.#text(span.status.message) ||
      someDetail(span, this.#text) ||
      this.#resource(span.resource.attributes)
    );
  }

  #resource(attributes: readonly Attribute[]): boolean {
    const known = this.#resources.get(attributes);
    if (known !== undefined) return known;
    const answer = attributes.some(({ key, value }) => this.#text(key) || this.#text(textOf(value)));
    this.#resources.set(attributes, answer);
    return answer;
  }

  readonly #text = (text: string): boolean => this.#pattern.test(text);
}
