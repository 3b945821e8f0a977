import { hash, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type * as Swc from '@swc/core';

const CACHE = fileURLToPath(new URL('../../node_modules/.cache/run-dev/', import.meta.url));

// What tsconfig.options.json asks of tsc. Names of imported files stay, as they are loaded from source.
const SETTINGS: Swc.Options = {
  swcrc: false,
  sourceMaps: 'inline',
  jsc: {
    target: 'es2023',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, verbatimModuleSyntax: true },
  },
  module: { type: 'es6' },
};

/**
 * What Node runs of a TypeScript file as it stands on disk now; its types are not looked at. Throws the compiler's words
 * about a file that is not TypeScript. Every process that loads the same text gets what the first of them compiled.
 */
export function compileSource(file: string): string {
  const source = readFileSync(file, 'utf8');
  const kept = `${CACHE}${hash('sha1', `${file}\n${source}`)}.js`;
  const before = textOf(kept);
  if (before !== undefined) return before;
  // Loaded where there is something to compile: after a save that is seldom the service.
  const { transformSync } = createRequire(import.meta.url)('@swc/core') as typeof Swc;
  const { code } = transformSync(source, { ...SETTINGS, filename: file });
  keep(kept, code);
  return code;
}

/** Nothing that another version of the compiler has made is used, and what old saves left does not pile up. */
export function forgetCompiled(): void {
  rmSync(CACHE, { recursive: true, force: true });
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined; // not compiled yet
  }
}

function keep(file: string, code: string): void {
  const beside = `${file}.${randomUUID()}`;
  mkdirSync(CACHE, { recursive: true });
  writeFileSync(beside, code);
  // Several services start at once: none may read half of what another writes.
  renameSync(beside, file);
}
