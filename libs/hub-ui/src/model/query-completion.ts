import { parseTerms, quotedValue } from './query-terms.ts';

/** What the word under the caret wants completed, and which stretch of text the choice replaces. */
export type Completion = (
  | { readonly kind: 'key'; readonly prefix: string }
  | { readonly kind: 'value'; readonly key: string; readonly prefix: string }
) & { readonly from: number; readonly to: number };

export interface Suggestion {
  /** What is put in place of the word. */
  readonly text: string;
  readonly label: string;
  readonly hint: string;
}

/** The keys that are no attributes, with what each is for. */
export const QUERY_KEYS: readonly Suggestion[] = [
  { text: 'service:', label: 'service', hint: 'name of the process, as in service:payment' },
  { text: 'operation:', label: 'operation', hint: 'span name; * stands for anything' },
  { text: 'error:true', label: 'error:true', hint: 'spans that failed' },
  { text: 'duration>', label: 'duration', hint: 'of the span, as in duration>200ms' },
  { text: 'kind:', label: 'kind', hint: 'server, client, internal, producer, consumer' },
  { text: 'event:', label: 'event', hint: 'name of an event on the span' },
  { text: 'has:', label: 'has', hint: 'spans that have the attribute at all' },
  { text: 'via:', label: 'via', hint: 'traces in which the service takes part; -via: all others' },
];

const KINDS = ['server', 'client', 'internal', 'producer', 'consumer'];

export function completionAt(text: string, caret: number): Completion {
  const term = parseTerms(text).find(({ from, to }) => from <= caret && caret <= to);
  if (term?.kind !== 'compare') {
    const from = term === undefined ? caret : term.from + (term.isNegated ? 1 : 0);
    return { kind: 'key', prefix: text.slice(from, caret), from, to: term?.to ?? caret };
  }
  const keyFrom = term.from + (term.isNegated ? 1 : 0);
  const valueFrom = keyFrom + term.key.length + term.operator.length;
  if (caret < valueFrom) return { kind: 'key', prefix: text.slice(keyFrom, caret), from: keyFrom, to: term.to };
  const prefix = text.slice(valueFrom, caret).replace(/^"/, '');
  return { kind: 'value', key: term.key, prefix, from: valueFrom, to: term.to };
}

/** Suggestions for a key: our own that begin like it, then attributes that contain it. */
export function keySuggestions(
  prefix: string,
  attributes: readonly { key: string; spanCount: number }[],
): Suggestion[] {
  const lower = prefix.toLowerCase();
  const own = QUERY_KEYS.filter(({ label }) => label.startsWith(lower));
  const found = attributes
    .filter(({ key }) => key.toLowerCase().includes(lower))
    .map(({ key, spanCount }) => ({ text: `${key}=`, label: key, hint: `${spanCount.toLocaleString('en-US')} spans` }));
  return [...own, ...found];
}

/** Suggestions for a value that are known without asking; undefined when the hub has to be asked. */
export function fixedValues(key: string): readonly Suggestion[] | undefined {
  if (key === 'error') return ['true', 'false'].map(plainSuggestion);
  if (key === 'kind') return KINDS.map(plainSuggestion);
  if (key === 'duration') return ['100ms', '500ms', '1s', '5s'].map(plainSuggestion);
  return undefined;
}

export const plainSuggestion = (value: string): Suggestion => ({ text: quotedValue(value), label: value, hint: '' });

/** The text after a choice, and where the caret stands then. A finished value is followed by a space. */
export function applySuggestion(text: string, completion: Completion, chosen: Suggestion) {
  const isFinished = completion.kind === 'value' || !/[:=>]$/.test(chosen.text);
  const rest = text.slice(completion.to);
  const inserted = `${chosen.text}${isFinished && !rest.startsWith(' ') ? ' ' : ''}`;
  return { text: `${text.slice(0, completion.from)}${inserted}${rest}`, caret: completion.from + inserted.length };
}
