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
  const edits = functions.flatMap(({ way }) => (way === undefined ? [] : editsFor(source, way)));
  edits.push(importEdit(source, inspected, edits));
  return { source: applyEdits(source, sortEdits(edits), String), functions };
}

function editsFor(source: string, way: Way): Edit[] {
  switch (way.way) {
    case 'decorator':
      return [{ at: way.at, text: `@Trace()${lineBreakOf(source)}${indentAt(source, way.at)}` }];
    case 'call':
      return [
        { at: way.start, text: 'trace(' },
        { at: way.end, text: ')' },
      ];
    case 'constant':
      return [
        { at: way.start, text: `const ${way.name} = trace(` },
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

function importEdit(source: string, { parsed }: InspectedSource, edits: readonly Edit[]): Edit {
  const names = ['Trace', 'trace'].filter(name => edits.some(edit => edit.text.includes(`${name}(`)));
  const missing = names.filter(name => !isImported(parsed, name));
  const eol = lineBreakOf(source);
  if (missing.length === 0) return { at: 0, text: '' };
  const list = missing.join(', ');
  const line =
    parsed.isModule || !usesRequire(source)
      ? `import { ${list} } from '${PACKAGE}';`
      : `const { ${list} } = require('${PACKAGE}');`;
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
