import { parseDuration } from './duration-text.ts';
import { parseTerms, type QueryTerm } from './query-terms.ts';

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
  readonly via: readonly string[];
  /** What cannot be understood, in words for the reader. */
  readonly faults: readonly string[];
}

type Comparison = Extract<QueryTerm, { kind: 'compare' }>;

/** What the search bar's text asks of the hub. Terms are joined by and; `OR` between them binds weaker. */
export function compileQuery(text: string): CompiledQuery {
  const terms = parseTerms(text);
  const words = terms.filter(term => term.kind === 'text');
  const comparisons = terms.filter(isComparison);
  const filters = splitByOr(terms.filter(term => term.kind !== 'text' && !isVia(term)));
  const faults = [...comparisons.flatMap(faultOf), ...orFaults(filters, words)];
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
    via: comparisons.filter(isVia).map(({ value }) => value),
    faults,
  };
}

const isComparison = (term: QueryTerm): term is Comparison => term.kind === 'compare';
const isVia = (term: QueryTerm) => isComparison(term) && term.key === 'via' && term.value !== '';
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

function orFaults(groups: readonly QueryTerm[][], words: readonly QueryTerm[]): string[] {
  if (groups.length === 1) return [];
  if (words.length > 0) return ['OR joins terms such as service:a OR service:b; free words cannot stand beside it'];
  return groups.some(group => group.length === 0) ? ['OR needs a term on both sides'] : [];
}

function faultOf({ key, operator, value }: Comparison): string[] {
  if (value === '') return [];
  if (key === 'duration' && parseDuration(value) === undefined) {
    return [`duration${operator}${value} is no duration: write 200ms, 1.5s or 2m`];
  }
  if (isOrder(operator) && key !== 'duration' && Number.isNaN(Number(value))) {
    return [`${key}${operator}${value} compares numbers: write one, as in ${key}${operator}100`];
  }
  return [];
}

const isOrder = (operator: string) => operator.startsWith('>') || operator.startsWith('<');

const OPS = { ':': 'eq', '=': 'eq', '!=': 'ne', '>': 'gt', '>=': 'gte', '<': 'lt', '<=': 'lte', '~': 'regex' } as const;

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
  const positive = positiveOf(term);
  return term.isNegated ? { op: 'not', args: [positive] } : positive;
}

function positiveOf({ key, operator, value }: Comparison): FilterExpression {
  if (key === 'has') return { op: 'exists', args: [{ attr: { key: value } }] };
  if (key === 'error') return errorIs((value === 'true') === (operator !== '!='));
  const name = FIELDS.get(key);
  const subject: Subject = name === undefined ? { attr: { key } } : { field: { name } };
  if (key === 'duration') return compare(OPS[operator], subject, String(parseDuration(value) ?? 0));
  const isEqual = operator === ':' || operator === '=';
  if (value === '*' && isEqual) return { op: 'exists', args: [subject] };
  if (isEqual && value.includes('*')) return compare('regex', subject, wildcardPattern(value));
  // Lists are for names; an attribute's value may well hold a comma.
  if (isEqual && name !== undefined && value.includes(',')) {
    const values = value.split(',').filter(part => part !== '');
    return { op: 'in', args: [subject, { list: { values: values.map(part => ({ value: part })) } }] };
  }
  return compare(OPS[operator], subject, value);
}

const errorIs = (isError: boolean): FilterExpression =>
  compare(isError ? 'eq' : 'ne', { field: { name: 'status' } }, 'error');

const compare = (op: string, subject: Subject, value: string): FilterExpression => ({
  op,
  args: [subject, { scalar: { value } }],
});

const wildcardPattern = (value: string) =>
  `^${value
    .split('*')
    .map(part => part.replaceAll(/[\\^$.|?+()[\]{}]/g, '\\$&'))
    .join('.*')}$`;
