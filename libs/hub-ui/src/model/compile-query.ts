import { parseDuration } from './duration-text.ts';
import { type Operator, parseTerms, quotedValue, type QueryTerm } from './query-terms.ts';
import type { ViaTerm } from './via-services.ts';
import { alternativesOf, wildcardPattern } from './wildcard-names.ts';

/** Jaeger's structured filter, which the hub's search takes as JSON. */
export interface FilterExpression {
  readonly op: string;
  readonly args: readonly FilterArgument[];
}

type Subject = { readonly attr: { readonly key: string } } | { readonly field: { readonly name: string } };

export type FilterArgument =
  | FilterExpression
  | Subject
  | { readonly scalar: { readonly value: string } }
  | { readonly list: { readonly values: readonly { readonly value: string }[] } };

export interface CompiledQuery {
  readonly filter?: FilterExpression;
  readonly text?: string;
  /** Services that the trace, not the span, must have: the hub filters spans, so the screens look at summaries. */
  readonly via: readonly ViaTerm[];
  /** What cannot be understood, in words for the reader. */
  readonly faults: readonly string[];
}

type Comparison = Extract<QueryTerm, { kind: 'compare' }>;
type Words = Extract<QueryTerm, { kind: 'text' }>;

/** What the search bar's text asks of the hub. Terms are joined by and; `OR` between them binds weaker. */
export function compileQuery(text: string): CompiledQuery {
  const terms = parseTerms(text);
  const words = terms.filter(term => term.kind === 'text');
  const comparisons = terms.filter(isComparison);
  const filters = splitByOr(terms.filter(term => term.kind !== 'text' && !isVia(term)));
  const via = comparisons.filter(isVia);
  const faults = [...words.flatMap(wordFaults), ...comparisons.flatMap(faultOf), ...orFaults(filters, words, via)];
  const alternatives = filters.map(group => group.filter(isComplete).map(expressionOf)).filter(own => own.length > 0);
  const filter =
    faults.length > 0
      ? undefined
      : joined(
          'or',
          alternatives.map(own => joined('and', own)),
        );
  return {
    ...(filter !== undefined && { filter }),
    ...(words.length > 0 && { text: words.map(word => word.text).join(' ') }),
    via: via.map(({ value, ...term }) => ({ services: alternativesOf(value), isNegated: isTurned(term) })),
    faults,
  };
}

const isComparison = (term: QueryTerm): term is Comparison => term.kind === 'compare';
const isVia = (term: QueryTerm): term is Comparison => isComplete(term) && term.key === 'via';
// Half typed: `service:` asks for nothing yet.
const isComplete = (term: QueryTerm): term is Comparison => isComparison(term) && term.value !== '';

function splitByOr(terms: readonly QueryTerm[]): QueryTerm[][] {
  const groups: QueryTerm[][] = [[]];
  for (const term of terms) {
    if (term.kind === 'or') groups.push([]);
    else groups.at(-1)?.push(term);
  }
  return groups;
}

function joined(op: 'and' | 'or', parts: readonly (FilterExpression | undefined)[]): FilterExpression | undefined {
  const args = parts.filter(part => part !== undefined);
  return args.length > 1 ? { op, args } : args[0];
}

function orFaults(groups: readonly QueryTerm[][], words: readonly QueryTerm[], via: readonly QueryTerm[]): string[] {
  if (groups.length === 1) return [];
  if (words.length > 0) return ['OR joins terms such as service:a OR service:b; free words cannot stand beside it'];
  if (via.length > 0) return ['OR joins terms about one span, and via asks the whole trace: via:a,b finds either'];
  return groups.some(group => group.length === 0) ? ['OR needs a term on both sides'] : [];
}

function wordFaults({ text, isNegated }: Words): string[] {
  if (!isNegated) return [];
  return [`-${quotedValue(text)} leaves out a word: a minus turns around terms alone, as in -error:true`];
}

function faultOf({ key, operator, value }: Comparison): string[] {
  if (value === '') return [];
  const written = `${key}${operator}${value}`;
  if (WHOLE.has(key) && !isEquality(operator)) return [`${written} compares: write ${key}:${value}`];
  if (key === 'error' && BOOLEANS.get(value.toLowerCase()) === undefined) {
    return [`${written} is neither true nor false: write error:true or error:false`];
  }
  if (key === 'duration' && parseDuration(value) === undefined) {
    return [`${written} is no duration: write 200ms, 1.5s or 2m`];
  }
  if (isOrder(operator) && key !== 'duration' && Number.isNaN(Number(value))) {
    return [`${written} compares numbers: write one, as in ${key}${operator}100`];
  }
  return [];
}

/** Keys that hold or do not, and cannot be more or less. */
const WHOLE: ReadonlySet<string> = new Set(['via', 'has', 'error']);
const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ...['true', 'yes', '1'].map(word => [word, true] as const),
  ...['false', 'no', '0'].map(word => [word, false] as const),
]);

const isEquality = (operator: string) => operator === ':' || operator === '=' || operator === '!=';
/** Twice turned around is as it was. */
const isTurned = ({ operator, isNegated }: Pick<Comparison, 'operator' | 'isNegated'>) =>
  isNegated !== (operator === '!=');
const isOrder = (operator: string) => operator.startsWith('>') || operator.startsWith('<');

const OPS = { '>': 'gt', '>=': 'gte', '<': 'lt', '<=': 'lte', '~': 'regex' } as const;

const FIELDS: ReadonlyMap<string, string> = new Map([
  ['service', 'service'],
  ['operation', 'operation'],
  ['name', 'operation'],
  ['duration', 'duration'],
  ['kind', 'kind'],
  ['status', 'status'],
  ['event', 'event.name'],
]);

function expressionOf(term: Comparison): FilterExpression {
  const { key, operator, value, isNegated } = term;
  if (key === 'has') return turnedIf(isTurned(term), exists({ attr: { key: value } }));
  if (key === 'error') return errorIs(BOOLEANS.get(value.toLowerCase()) !== isTurned(term));
  const name = FIELDS.get(key);
  const subject: Subject = name === undefined ? { attr: { key } } : { field: { name } };
  return turnedIf(isNegated, compared(subject, operator, key === 'duration' ? nanoseconds(value) : value));
}

const nanoseconds = (text: string) => String(parseDuration(text) ?? 0);

function compared(subject: Subject, operator: Operator, value: string): FilterExpression {
  if (operator === ':' || operator === '=') return equals(subject, value);
  return operator === '!=' ? differs(subject, value) : compare(OPS[operator], subject, value);
}

function equals(subject: Subject, value: string): FilterExpression {
  // Lists are for names; an attribute's value may well hold a comma.
  const parts = 'field' in subject ? alternativesOf(value) : [value];
  if (parts.length > 1 && !value.includes('*')) {
    return { op: 'in', args: [subject, { list: { values: parts.map(part => ({ value: part })) } }] };
  }
  const each = parts.map(part => {
    if (part === '*') return exists(subject);
    return part.includes('*') ? compare('regex', subject, wildcardPattern(part)) : compare('eq', subject, part);
  });
  return joined('or', each) ?? compare('eq', subject, value);
}

/** There is a value, and it is another: what the hub means by `ne`. */
function differs(subject: Subject, value: string): FilterExpression {
  const same = equals(subject, value);
  if (same.op === 'eq') return { op: 'ne', args: same.args };
  return same.op === 'exists' ? not(same) : { op: 'and', args: [exists(subject), not(same)] };
}

const exists = (subject: Subject): FilterExpression => ({ op: 'exists', args: [subject] });
const not = (expression: FilterExpression): FilterExpression => ({ op: 'not', args: [expression] });
const turnedIf = (isNegated: boolean, expression: FilterExpression) => (isNegated ? not(expression) : expression);

const errorIs = (isError: boolean): FilterExpression =>
  compare(isError ? 'eq' : 'ne', { field: { name: 'status' } }, 'error');

const compare = (op: string, subject: Subject, value: string): FilterExpression => ({
  op,
  args: [subject, { scalar: { value } }],
});
