import { createRequire } from 'node:module';

/** Writes the syntax tree of a text (in UTF-8) into memory; see syntax-tree.ts. */
export interface NativeParser {
  readonly parse: (source: Uint8Array, options: ParserOptions) => ArrayBuffer;
}

export interface ParserOptions {
  readonly sourceType: 'module' | 'commonjs';
  readonly lang: 'js' | 'jsx' | 'ts' | 'tsx';
  readonly preserveParens: boolean;
}

/** What the parser can make of the memory itself. */
export interface Decoded {
  readonly comments: readonly Comment[];
  readonly diagnostics: readonly Diagnostic[];
}

export interface Comment {
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

export interface Diagnostic {
  readonly severity: 'error' | 'warning' | 'hint' | 'info';
  readonly message: string;
  readonly start: number;
}

const require = createRequire(import.meta.url);
let loaded: NativeParser | undefined;

/** A program whose files are all in the cache needs no parser, and a native one takes a while to load. */
export function nativeParser(): NativeParser {
  loaded ??= nearestBinding() ?? (require('yuku-parser/binding.js') as { default: NativeParser }).default;
  return loaded;
}

/** Reads the comments and the errors, each when it is asked for. */
export function decode(memory: ArrayBuffer, source: string): Decoded {
  const parser = require('yuku-parser/decode.js') as { decode: (memory: ArrayBuffer, source: string) => Decoded };
  return parser.decode(memory, source);
}

// To choose among them the package asks Node for a report on the process, which takes as long as to parse 100 kB.
function nearestBinding(): NativeParser | undefined {
  const { platform, arch } = process;
  const requireBeside = createRequire(require.resolve('yuku-parser'));
  for (const library of platform === 'linux' ? ['-gnu', '-musl'] : ['']) {
    try {
      return requireBeside(`@yuku-parser/binding-${platform}-${arch}${library}/yuku-parser.node`) as NativeParser;
    } catch {
      // That of another C library, or no package for this platform, which the parser itself says best.
    }
  }
  return undefined;
}
