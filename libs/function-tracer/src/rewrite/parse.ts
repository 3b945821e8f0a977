import { nativeParser, type ParserOptions } from './native-parser.ts';
import { type Comment, SyntaxTree } from './syntax-tree.ts';
import { childrenOfType, type Node, text } from './node.ts';
import { Tags } from './node-layouts.ts';

/** How a file's text is to be read. */
export type SourceKind = 'module' | 'commonjs' | 'unknown';

export interface ParsedSource {
  readonly program: Node;
  readonly comments: readonly Comment[];
  /** Whether it can be a module alone: import, export, import.meta or an await outside of functions stands in it. */
  readonly isModule: boolean;
}

/** The text is not JavaScript or TypeScript that we can read; it is then left as it is. */
export class SourceUnreadable extends Error {
  readonly code = 'SourceUnreadable';
  readonly line: number | undefined;

  constructor(message: string, line?: number) {
    super(message);
    this.name = 'SourceUnreadable';
    this.line = line;
  }
}

/** Reads JavaScript or TypeScript, by the file's extension; throws `SourceUnreadable`. */
export function parse(filename: string, source: string, kind: SourceKind): ParsedSource {
  if (kind === 'module') return new Parsed('module', filename, source);
  if (kind === 'commonjs') return parseCommonJs(filename, source);
  return tryCommonJs(filename, source) ?? new Parsed('module', filename, source);
}

function tryCommonJs(filename: string, source: string): ParsedSource | undefined {
  try {
    const parsed = new Parsed('commonjs', filename, source);
    return parsed.isModule ? undefined : parsed;
  } catch (error) {
    if (error instanceof SourceUnreadable) return undefined;
    throw error;
  }
}

// TypeScript compiles `import` to what CommonJS has, or leaves it out.
function parseCommonJs(filename: string, source: string): ParsedSource {
  const parsed = new Parsed('commonjs', filename, source);
  const language = languageOf(filename);
  const isCompiled = (language === 'ts' || language === 'tsx') && !usesImportMeta(parsed.program);
  if (parsed.isModule && !isCompiled) throw new SourceUnreadable('import, export or import.meta in a CommonJS file');
  return parsed;
}

const encoder = new TextEncoder();

class Parsed implements ParsedSource {
  readonly program: Node;
  readonly #isSurelyModule: boolean;

  constructor(sourceType: ParserOptions['sourceType'], filename: string, source: string) {
    const options: ParserOptions = { sourceType, lang: languageOf(filename), preserveParens: true };
    const tree = new SyntaxTree(nativeParser().parse(encoder.encode(source), options), source);
    const { error } = tree;
    if (error !== undefined) throw new SourceUnreadable(error.message, lineOf(source, error.at));
    this.#isSurelyModule = sourceType === 'module';
    this.program = tree.root;
  }

  get comments(): readonly Comment[] {
    return this.program.tree.comments;
  }

  get isModule(): boolean {
    return this.#isSurelyModule || hasModuleSyntax(this.program);
  }
}

const MODULE_STATEMENT = new Tags([
  'ImportDeclaration',
  'ExportNamedDeclaration',
  'ExportDefaultDeclaration',
  'ExportAllDeclaration',
  'TSExportAssignment',
]);
const META_PROPERTY = new Tags(['MetaProperty']);

function hasModuleSyntax(program: Node): boolean {
  return childrenOfType(program, 'body', MODULE_STATEMENT).length > 0 || usesImportMeta(program);
}

function usesImportMeta({ tree }: Node): boolean {
  if (!tree.source.includes('meta')) return false;
  return tree.nodesWith(META_PROPERTY).some(index => text(tree.nodeIn(index, 'meta'), 'name') === 'import');
}

function languageOf(filename: string): ParserOptions['lang'] {
  if (/\.[cm]?ts$/.test(filename)) return 'ts';
  if (filename.endsWith('.tsx')) return 'tsx';
  return filename.endsWith('.jsx') ? 'jsx' : 'js';
}

function lineOf(source: string, at: number): number {
  return source.slice(0, at).split('\n').length;
}
