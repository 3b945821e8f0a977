/** What may be said of a statement: nothing in it comes from data. */
export interface SqlDescription {
  /** The statement with `?` where its literals were, at most 2,000 characters. */
  readonly text: string;
  readonly operation: string;
  readonly collection: string | undefined;
  /** `SELECT users`: short and of few kinds, so that it can name a span. */
  readonly summary: string;
}

/** How texts and names are quoted: in MySQL, both quotes are those of a text, a backslash takes their meaning, and `--` is a comment only before a blank. */
export type SqlDialect = 'standard' | 'mysql';

// By the text itself: whoever else wrote the same, it holds no literal.
const bare = new Set<string>();

/** True of a text of `describeSql` without names in quotes, which some databases take for literals. Of the latest only. */
export function isBareSql(text: string): boolean {
  return bare.has(text);
}

const known = { standard: new Map<string, SqlDescription>(), mysql: new Map<string, SqlDescription>() };

/** Describes `statement` without its literals. Prepared statements come again and again, so the latest are remembered. */
export function describeSql(statement: string, dialect: SqlDialect = 'standard'): SqlDescription {
  const descriptions = known[dialect];
  const found = descriptions.get(statement);
  if (found !== undefined) return found;
  const described = describe(statement, tokens[dialect]);
  if (descriptions.size >= 500) descriptions.clear();
  descriptions.set(statement, described);
  if (bare.size >= 1_000) bare.clear();
  if (!described.text.includes('"')) bare.add(described.text);
  return described;
}

// In this order: a quote inside a comment is no string, a comment mark inside a string no comment. Oracle's texts end where their own mark does.
const tokens = {
  standard:
    /(?<comment>--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<dollar>\$(?<tag>\w*)\$[\s\S]*?(?:\$\k<tag>\$|$))|(?<oracle>\bn?q'(?:\[[\s\S]*?(?:\]'|$)|\{[\s\S]*?(?:\}'|$)|\([\s\S]*?(?:\)'|$)|<[\s\S]*?(?:>'|$)|(?<mark>[^\s[{(<])[\s\S]*?(?:\k<mark>'|$)))|(?<text>\b[eEbBxXnN]?'(?:[^'\\]|''|\\[\s\S])*(?:'|$)|'(?:[^']|'')*(?:'|$))|(?<name>"(?:[^"]|"")*"|\$\d+|[A-Za-z_][\w$]*)|(?<number>(?:0x[\da-f]+|\d+(?:\.\d+)?(?:e[+-]?\d+)?|\.\d+))/gi,
  mysql:
    /(?<comment>(?:--(?=\s|$)|#)[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<text>(?:\b[xbn])?'(?:[^'\\]|''|\\[\s\S])*(?:'|\\?$)|"(?:[^"\\]|""|\\[\s\S])*(?:"|\\?$))|(?<name>`(?:[^`]|``)*`|[A-Za-z_][\w$]*)|(?<number>(?:0x[\da-f]+|\d+(?:\.\d+)?(?:e[+-]?\d+)?|\.\d+))/gi,
} as const;

function describe(statement: string, ofDialect: RegExp): SqlDescription {
  const text = statement
    // Longer statements are cut before the work, not after: a dump of a megabyte must cost nothing.
    .slice(0, 10_000)
    .replace(ofDialect, (token: string, ...rest) => {
      const { comment, name } = rest.at(-1) as { comment?: string; name?: string };
      if (comment !== undefined) return ' ';
      return name === undefined ? '?' : token;
    })
    // Lists of any length are one statement.
    .replaceAll(
      /\(\s*(?:\?|\$\d+)(?:\s*,\s*(?:\?|\$\d+))+\s*\)(?:\s*,\s*\(\s*(?:\?|\$\d+)(?:\s*,\s*(?:\?|\$\d+))*\s*\))*/g,
      '(?)',
    )
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, 2_000);
  const operation = /^[(\s]*([a-z]+)/i.exec(text)?.[1]?.toUpperCase() ?? 'QUERY';
  const collection = collectionOf(text);
  return { text, operation, collection, summary: collection === undefined ? operation : `${operation} ${collection}` };
}

function collectionOf(text: string): string | undefined {
  const name =
    /\b(?:from|into|update|join|table(?:\s+if(?:\s+not)?\s+exists)?)\s+(?:only\s+)?((?:"[^"]+"|`[^`]+`|[\w$]+)(?:\.(?:"[^"]+"|`[^`]+`|[\w$]+))?)/i;
  const found = name.exec(text)?.[1]?.replaceAll(/["`]/g, '');
  return found === undefined || /^(?:select|set|values|where)$/i.test(found) ? undefined : found.slice(0, 100);
}
