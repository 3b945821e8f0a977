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

const require = createRequire(import.meta.url);
let loaded: NativeParser | undefined;

/** A program whose files are all in the cache needs no parser, and a native one takes a while to load. */
export function nativeParser(): NativeParser {
  loaded ??= load();
  return loaded;
}

// To choose among its binaries the package asks Node for a report on the process, which takes as long as to parse 100 kB.
function load(): NativeParser {
  const { platform, arch } = process;
  const requireBeside = createRequire(require.resolve('yuku-parser'));
  const failures: unknown[] = [];
  for (const library of platform === 'linux' ? ['-gnu', '-musl'] : ['']) {
    try {
      return requireBeside(`@yuku-parser/binding-${platform}-${arch}${library}/yuku-parser.node`) as NativeParser;
    } catch (error) {
      failures.push(error); // It may be that of another C library.
    }
  }
  throw new AggregateError(failures, `yuku-parser has no binary here for ${platform} on ${arch}; install it again.`);
}
