import { createRequire } from 'node:module';
import type * as Oxc from 'oxc-parser';
import { isNode, type Node } from './node.ts';

/** How a file's text is to be read. */
export type SourceKind = 'module' | 'commonjs' | 'unknown';

export interface ParsedSource {
  readonly program: Node;
  readonly comments: readonly { readonly value: string; readonly start: number; readonly end: number }[];
  /** Whether import, export or import.meta stands in it. */
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

const require = createRequire(import.meta.url);
let oxc: typeof Oxc | undefined;

// A program whose files are all in the cache needs no parser, and a native one takes a while to load.
function parser(): typeof Oxc {
  oxc ??= require('oxc-parser') as typeof Oxc;
  return oxc;
}

const SOURCE_TYPES = { module: 'module', commonjs: 'commonjs', unknown: 'unambiguous' } as const;

/** Reads JavaScript or TypeScript, by the file's extension; throws `SourceUnreadable`. */
export function parse(filename: string, source: string, kind: SourceKind): ParsedSource {
  const result = parser().parseSync(filename, source, {
    sourceType: SOURCE_TYPES[kind],
    lang: languageOf(filename),
    preserveParens: true,
  });
  const [error] = result.errors;
  if (error !== undefined) {
    const at = error.labels[0]?.start;
    throw new SourceUnreadable(error.message, at === undefined ? undefined : lineOf(source, at));
  }
  const program: unknown = result.program;
  if (!isNode(program)) throw new SourceUnreadable('The parser returned no program.');
  return { program, comments: result.comments, isModule: result.module.hasModuleSyntax };
}

function languageOf(filename: string): 'js' | 'jsx' | 'ts' | 'tsx' {
  if (/\.[cm]?ts$/.test(filename)) return 'ts';
  if (filename.endsWith('.tsx')) return 'tsx';
  return filename.endsWith('.jsx') ? 'jsx' : 'js';
}

function lineOf(source: string, at: number): number {
  return source.slice(0, at).split('\n').length;
}
