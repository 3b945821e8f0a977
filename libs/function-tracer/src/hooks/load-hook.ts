import module, { type LoadFnOutput } from 'node:module';
import type { SourceKind } from '../rewrite/index.ts';
import type { ModuleRewriter } from './module-rewriter.ts';

let rewriter: ModuleRewriter | undefined;
let isInstalled = false;

/** Whether this Node lets modules be rewritten in the thread that loads them. */
export function hasSynchronousHooks(): boolean {
  return typeof Reflect.get(module, 'registerHooks') === 'function';
}

/** From now on every file that is loaded goes through the rewriter; a later call only replaces the rewriter. */
export function rewriteLoadedFiles(replacement: ModuleRewriter): void {
  rewriter = replacement;
  if (isInstalled) return;
  isInstalled = true;
  module.registerHooks({ load: (url, context, nextLoad) => rewritten(url, nextLoad(url, context), rewriter) });
}

const KINDS: Readonly<Record<string, SourceKind>> = {
  module: 'module',
  commonjs: 'commonjs',
  'module-typescript': 'module',
  'commonjs-typescript': 'commonjs',
  'not known yet': 'unknown',
};

/** What was loaded, with its source rewritten where it is to be. */
export function rewritten(url: string, loaded: LoadFnOutput, by: ModuleRewriter | undefined): LoadFnOutput {
  const { format, source } = loaded;
  if (!source || by === undefined) return loaded;
  const kind = KINDS[format ?? 'not known yet'];
  if (kind === undefined) return loaded;
  const text = typeof source === 'string' ? source : Buffer.from(source as Uint8Array).toString('utf8');
  const replaced = by.rewrite(url, text, kind);
  return replaced === undefined ? loaded : { ...loaded, source: replaced };
}
