import { child, children, type Node, text } from '../rewrite/node.ts';
import { applyEdits, type Edit, numberFunctions } from '../rewrite/index.ts';
import { sortEdits } from '../rewrite/edits.ts';
import type { SourceKind } from '../rewrite/parse.ts';
import {
  type InspectedFunction,
  type InspectedSource,
  inspectSource,
  isTypeScript,
  type Way,
} from './inspect-source.ts';

const PACKAGE = '@tracelab/function-tracer';

export interface Instrumented {
  readonly source: string;
  readonly functions: readonly InspectedFunction[];
  /** What was put in, in the order of the source. */
  readonly edits: readonly Edit[];
}

/** Gives tracing to every function that can have it by hand; formatting, comments and everything else stay. Pure. */
export function instrumentSource(filename: string, source: string, kind: SourceKind = 'unknown'): Instrumented {
  const inspected = inspectSource(filename, source);
  const functions = inspected.functions.filter(({ way }) => way !== undefined);
  if (functions.length === 0) return { source, functions, edits: [] };
  const file = { filename, source, kind, inspected, names: namesFor(inspected, source) };
  const ways = functions.flatMap(({ way }) => way ?? []);
  // First: at the very position of another, its lines stand before that one's text.
  const edits = sortEdits([headerEdit(file, ways), ...ways.flatMap(way => editsFor(file, way))]);
  return { source: numberFunctions(applyEdits(source, edits), 0), functions, edits };
}

interface SourceFile {
  readonly filename: string;
  readonly source: string;
  readonly kind: SourceKind;
  readonly inspected: InspectedSource;
  readonly names: LocalNames;
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

function editsFor({ source, names }: SourceFile, way: Way): Edit[] {
  switch (way.way) {
    case 'decorator':
      return [{ at: way.at, text: `@${names.Trace}()${lineBreakOf(source)}${indentAt(source, way.at)}` }];
    case 'call':
      return [
        { at: way.start, text: `${names.trace}(` },
        { at: way.end, text: way.name === undefined ? ')' : `, { name: '${way.name}' })` },
      ];
    case 'assignment':
      return [];
  }
}

function lineBreakOf(source: string): string {
  return source.includes('\r\n') ? '\r\n' : '\n';
}

function indentAt(source: string, at: number): string {
  const lineStart = source.lastIndexOf('\n', at - 1) + 1;
  return /^[ \t]*/.exec(source.slice(lineStart, at))?.[0] ?? '';
}

/** The lines that stand before the code: the import, then the assignments. */
function headerEdit(file: SourceFile, ways: readonly Way[]): Edit {
  const { source } = file;
  const eol = lineBreakOf(source);
  const lines = [...importLines(file, ways), ...assignmentLines(file, ways)];
  const { position, isFirst } = headerPosition(file.inspected.parsed, source);
  return { at: position, text: lines.map(line => (isFirst ? line + eol : eol + line)).join('') };
}

function importLines(file: SourceFile, ways: readonly Way[]): string[] {
  const { names } = file;
  const used = new Set(ways.map(({ way }) => (way === 'decorator' ? 'Trace' : 'trace')));
  const missing = [...used].filter(name => !isImported(file.inspected.parsed, names[name])).toSorted();
  if (missing.length === 0) return [];
  const isModule = readsImports(file);
  const list = missing
    .map(name => (names[name] === name ? name : `${name}${isModule ? ' as' : ':'} ${names[name]}`))
    .join(', ');
  return [isModule ? `import { ${list} } from '${PACKAGE}';` : `const { ${list} } = require('${PACKAGE}');`];
}

/** Whether `import` may stand in a file, or will be compiled to what may. */
function readsImports({ filename, source, kind, inspected }: SourceFile): boolean {
  if (inspected.parsed.isModule || kind === 'module') return true;
  return kind === 'unknown' && !filename.endsWith('.js') && !usesRequire(source);
}

function usesRequire(source: string): boolean {
  return /\brequire\s*\(|\bmodule\.exports\b|\bexports\./.test(source);
}

// Only TypeScript minds, and it has no other way to say that a declared function is replaced.
const ASSIGNED = '// @ts-expect-error: the function is replaced by itself, traced';

const CHECKED_JAVASCRIPT = /^[ \t]*\/\/[ \t]*@ts-check\b/m;

function assignmentLines({ filename, source, names }: SourceFile, ways: readonly Way[]): string[] {
  const functions = new Set(ways.flatMap(way => (way.way === 'assignment' ? way.name : [])));
  const isChecked = isTypeScript(filename) || CHECKED_JAVASCRIPT.test(source);
  return [...functions].flatMap(name => [...(isChecked ? [ASSIGNED] : []), `${name} = ${names.trace}(${name});`]);
}

function isImported({ program }: InspectedSource['parsed'], name: string): boolean {
  return children(program, 'body').some(
    statement => isOwnImport(statement) && localsOf(statement).some(local => text(local, 'name') === name),
  );
}

function isOwnImport(statement: Node): boolean {
  return text(child(statement, 'source') ?? requiredBy(statement), 'value') === PACKAGE;
}

/** What a declaration of constants requires. */
function requiredBy(statement: Node): Node | undefined {
  const call = children(statement, 'declarations').map(each => child(each, 'init'))[0];
  return call?.type === 'CallExpression' && text(child(call, 'callee'), 'name') === 'require'
    ? children(call, 'arguments')[0]
    : undefined;
}

function localsOf(statement: Node): (Node | undefined)[] {
  const imported = children(statement, 'specifiers').map(specifier => child(specifier, 'local'));
  const patterns = children(statement, 'declarations').flatMap(each => child(each, 'id') ?? []);
  const required = patterns.flatMap(pattern => children(pattern, 'properties')).map(each => child(each, 'value'));
  return [...imported, ...required];
}

/** After the last import, else after directives, else before the first statement: what must stay first does. */
function headerPosition(
  { program }: InspectedSource['parsed'],
  source: string,
): { position: number; isFirst: boolean } {
  const statements = children(program, 'body');
  const last =
    statements.findLast(each => each.type === 'ImportDeclaration' || isOwnImport(each)) ??
    statements.findLast(each => text(each, 'directive') !== undefined);
  if (last !== undefined) return { position: last.end, isFirst: false };
  return { position: STAYS_FIRST.exec(source)?.[0].length ?? 0, isFirst: true };
}

/** A hashbang, and comments that Jest and TypeScript read only there. */
const STAYS_FIRST =
  /^(?:#!.*\r?\n)?(?:\/\*\*(?:[^*]|\*(?!\/))*@jest-(?:[^*]|\*(?!\/))*\*\/[ \t]*\r?\n)?(?:\/\/(?:\/|[ \t]*@).*\r?\n)*/;
