/** How a term compares: `:` and `=` mean equal, `~` matches a pattern. */
export type Operator = ':' | '=' | '!=' | '>' | '>=' | '<' | '<=' | '~';

/** One word of the search bar, and where it stands in the text. */
export type QueryTerm = (
  | { readonly kind: 'compare'; readonly key: string; readonly operator: Operator; readonly value: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'or' }
) & { readonly isNegated: boolean; readonly from: number; readonly to: number };

// A value may be quoted, so that it can hold spaces: service:"my shop". A key is whatever stands before the operator.
const TERM = /(-?)(?:([^\s"!=<>~:]+)(!=|>=|<=|[:=<>~])("(?:[^"\\]|\\.)*"?|[^\s"]*)|("(?:[^"\\]|\\.)*"?)|(\S+))/g;

/** Splits what stands in the search bar: `service:payment duration>200ms -error:true "card declined"`. */
export function parseTerms(text: string): QueryTerm[] {
  return [...text.matchAll(TERM)].map(match => {
    const [whole, minus = '', key, operator, value = '', quoted, word = ''] = match;
    const place = { isNegated: minus === '-', from: match.index, to: match.index + whole.length };
    if (key !== undefined)
      return { kind: 'compare', key, operator: operator as Operator, value: unquoted(value), ...place };
    if (whole === 'OR') return { kind: 'or', ...place };
    return { kind: 'text', text: unquoted(quoted ?? word), ...place };
  });
}

function unquoted(text: string): string {
  if (!text.startsWith('"')) return text;
  return text.replace(/^"|(?<!\\)"$/g, '').replaceAll(/\\(.)/g, '$1');
}

/** A value as it has to be written to be read again. */
export function quotedValue(value: string): string {
  return value === '' || /[\s"]/.test(value) ? `"${value.replaceAll(/["\\]/g, '\\$&')}"` : value;
}

/** The text with a term set: in the place of one with the same key and operator family, else at the end. */
export function withTerm(text: string, key: string, term: string): string {
  const kept = parseTerms(text).filter(known => known.kind !== 'compare' || known.key !== key);
  return [...kept.map(({ from, to }) => text.slice(from, to)), term].filter(part => part !== '').join(' ');
}
