import { child, children, text } from '../rewrite/node.ts';
import { applyEdits, type Edit } from '../rewrite/index.ts';
import { sortEdits } from '../rewrite/edits.ts';
import { type InspectedFunction, type InspectedSource, inspectSource, type Way } from './inspect-source.ts';

const PACKAGE = '@tracelab/function-tracer';

export interface Instrumented {
  readonly source: string;
  readonly functions: readonly InspectedFunction[];
}

/** Gives tracing to every function that can have it by hand; formatting, comments and everything else stay. Pure. */
export function instrumentSource(filename: string, source: string): Instrumented {
  const inspected = inspectSource(filename, source);
  const functions = inspected.functions.filter(({ way }) => way !== undefined);
  if (functions.length === 0) return { source, functions };
  const names = namesFor(inspected, source);
  const edits = functions.flatMap(({ way }) => (way === undefined ? [] : editsFor(source, way, names)));
  edits.push(importEdit(source, inspected, { edits, names }));
  return { source: applyEdits(source, sortEdits(edits)).text, functions };
}

/** What the decorator and the function are called in a file. */
interface LocalNames {
  readonly Trace: string;
  readonly trace: string;
}

/** Others may have taken the names already. */
function namesFor({ parsed }: InspectedSource, source: string): LocalNames {
  const local = (name: 'Trace' | 'trace', other: string) =>
    isImported(parsed, name) || !new RegExp(`\\b${name}\\b`).test(source) ? name : other;
  return { Trace: local('Trace', 'FlowTrace'), trace: local('trace', 'flowTrace') };
}

function editsFor(source: string, way: Way, names: LocalNames): Edit[] {
  switch (way.way) {
    case 'decorator':
      return [{ at: way.at, text: `@${names.Trace}()${lineBreakOf(source)}${indentAt(source, way.at)}` }];
    case 'call':
      return [
        { at: way.start, text: `${names.trace}(` },
        { at: way.end, text: ')' },
      ];
    case 'constant':
      return [
        { at: way.start, text: `const ${way.name} = ${names.trace}(` },
        { at: way.end, text: ');' },
      ];
  }
}

function lineBreakOf(source: string): string {
  return source.includes('\r\n') ? '\r\n' : '\n';
}

function indentAt(source: string, at: number): string {
  const lineStart = source.lastIndexOf('\n', at - 1) + 1;
  return /^[ \t]*/.exec(source.slice(lineStart, at))?.[0] ?? '';
}

const NAMES = ['Trace', 'trace'] as const;

function importEdit(
  source: string,
  { parsed }: InspectedSource,
  { edits, names }: { readonly edits: readonly Edit[]; readonly names: LocalNames },
): Edit {
  const used = NAMES.filter(name => edits.some(edit => new RegExp(`(?<!\\w)${names[name]}\\(`).test(edit.text)));
  const missing = used.filter(name => !isImported(parsed, names[name]));
  const eol = lineBreakOf(source);
  if (missing.length === 0) return { at: 0, text: '' };
  const isModule = parsed.isModule || !usesRequire(source);
  const list = missing
    .map(name => (names[name] === name ? name : `${name}${isModule ? ' as' : ':'} ${names[name]}`))
    .join(', ');
  const line = isModule ? `import { ${list} } from '${PACKAGE}';` : `const { ${list} } = require('${PACKAGE}');`;
  const at = importPosition(parsed, source);
  return at.isFirst ? { at: at.position, text: line + eol } : { at: at.position, text: eol + line };
}

function usesRequire(source: string): boolean {
  return /\brequire\s*\(|\bmodule\.exports\b|\bexports\./.test(source);
}

function isImported({ program }: InspectedSource['parsed'], name: string): boolean {
  return children(program, 'body').some(
    statement =>
      text(child(statement, 'source'), 'value') === PACKAGE &&
      children(statement, 'specifiers').some(specifier => text(child(specifier, 'local'), 'name') === name),
  );
}

/** After the last import, else after directives, else before the first statement: a hashbang stays first. */
function importPosition(
  { program }: InspectedSource['parsed'],
  source: string,
): { position: number; isFirst: boolean } {
  const statements = children(program, 'body');
  const last =
    statements.findLast(({ type }) => type === 'ImportDeclaration') ??
    statements.findLast(each => text(each, 'directive') !== undefined);
  if (last !== undefined) return { position: last.end, isFirst: false };
  const hashbang = source.startsWith('#!') ? source.indexOf('\n') + 1 : 0;
  return { position: hashbang, isFirst: true };
}
