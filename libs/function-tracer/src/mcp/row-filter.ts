import type { LogRow } from '../reader/log-row.ts';

export type RowFilter = (row: LogRow) => boolean;

/**
 * Reads a filter: `event == "EXIT" and durationMicros > 1000`, with `==`, `!=`, `<`, `<=`, `>`, `>=`, `contains`,
 * `matches`, `and`, `or`, `not`, parentheses and dotted paths. Anything else is text to be found in the row's JSON, as
 * it is written there.
 */
export function rowFilter(text: string | undefined): RowFilter {
  if (text === undefined || text.trim() === '') return () => true;
  const tokens = text.match(TOKEN) ?? [];
  const parser = new FilterParser(tokens);
  return parser.parse() ?? (row => JSON.stringify(row).includes(text));
}

const TOKEN = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\/(?:[^/\\]|\\.)+\/[a-z]*|[<>=!]=?|&&|\|\||[()]|[\w.$-]+/g;

class NoFilter extends Error {
  readonly code = 'NoFilter';
}

class FilterParser {
  readonly #tokens: readonly string[];
  #position = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  /** Undefined if the text is no filter. */
  parse(): RowFilter | undefined {
    try {
      const filter = this.#or();
      return this.#position === this.#tokens.length ? filter : undefined;
    } catch (error) {
      if (error instanceof NoFilter || error instanceof SyntaxError) return undefined;
      throw error;
    }
  }

  #or(): RowFilter {
    const left = this.#and();
    if (!this.#takes('or', '||')) return left;
    const right = this.#or();
    return row => left(row) || right(row);
  }

  #and(): RowFilter {
    const left = this.#not();
    if (!this.#takes('and', '&&')) return left;
    const right = this.#and();
    return row => left(row) && right(row);
  }

  #not(): RowFilter {
    if (this.#takes('not', '!')) {
      const inner = this.#not();
      return row => !inner(row);
    }
    if (!this.#takes('(')) return this.#comparison();
    const inner = this.#or();
    if (!this.#takes(')')) throw new NoFilter('a parenthesis is not closed');
    return inner;
  }

  #comparison(): RowFilter {
    const [path, operator, literal] = [this.#next(), this.#next(), this.#next()];
    const compare = COMPARISONS.get(operator);
    if (compare === undefined || !/^[\w.$-]+$/.test(path)) throw new NoFilter('this is no comparison');
    const expected = operator === 'matches' ? expressionOf(literal) : literalOf(literal);
    return row => compare(valueAt(row, path), expected);
  }

  #takes(...words: readonly string[]): boolean {
    const token = this.#tokens[this.#position];
    if (token === undefined || !words.includes(token.toLowerCase())) return false;
    this.#position++;
    return true;
  }

  #next(): string {
    const token = this.#tokens[this.#position++];
    if (token === undefined) throw new NoFilter('the filter ends too early');
    return token;
  }
}

type Comparison = (actual: unknown, expected: unknown) => boolean;

const COMPARISONS: ReadonlyMap<string, Comparison> = new Map([
  ['==', (actual, expected) => actual === expected],
  ['=', (actual, expected) => actual === expected],
  ['!=', (actual, expected) => actual !== expected],
  ['<', ordered((a, b) => a < b)],
  ['<=', ordered((a, b) => a <= b)],
  ['>', ordered((a, b) => a > b)],
  ['>=', ordered((a, b) => a >= b)],
  ['contains', (actual, expected) => actual !== undefined && asText(actual).includes(asText(expected))],
  [
    'matches',
    (actual, expected) => actual !== undefined && expected instanceof RegExp && expected.test(asText(actual)),
  ],
] satisfies [string, Comparison][]);

function ordered(compare: (a: number | string, b: number | string) => boolean): Comparison {
  return (actual, expected) => {
    if (typeof actual === 'number' && typeof expected === 'number') return compare(actual, expected);
    return typeof actual === 'string' && typeof expected === 'string' && compare(actual, expected);
  };
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function literalOf(token: string): unknown {
  const quote = token[0];
  if (quote === '"') return JSON.parse(token) as unknown;
  if (quote === "'") return token.slice(1, -1).replaceAll(/\\(.)/g, '$1');
  if (quote === '/') return regularExpression(token);
  if (/^(?:true|false|null|-?\d+(?:\.\d+)?)$/.test(token)) return JSON.parse(token) as unknown;
  throw new NoFilter('this is no value');
}

/** What `matches` looks for: a regular expression, as such or as text. */
function expressionOf(token: string): RegExp {
  const literal = literalOf(token);
  return literal instanceof RegExp ? literal : new RegExp(asText(literal));
}

// With `g` or `y` an expression would go on in the next row where it found something in the last.
function regularExpression(token: string): RegExp {
  const end = token.lastIndexOf('/');
  return new RegExp(token.slice(1, end), token.slice(end + 1).replaceAll(/[gy]/g, ''));
}

/** The value under a name, or under a path of names with dots between. */
export function valueAt(row: LogRow, path: string): unknown {
  if (Object.hasOwn(row, path)) return row[path];
  let value: unknown = row;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return value;
}
