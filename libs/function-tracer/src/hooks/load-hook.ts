import { type LoadFnOutput, registerHooks } from 'node:module';
import type { SourceKind } from '../rewrite/index.ts';
import type { ModuleRewriter } from './module-rewriter.ts';

let rewriter: ModuleRewriter | undefined;
let isInstalled = false;

/** From now on every file that is loaded goes through the rewriter; a later call only replaces the rewriter. */
export function rewriteLoadedFiles(replacement: ModuleRewriter): void {
  rewriter = replacement;
  if (isInstalled) return;
  isInstalled = true;
  registerHooks({ load: (url, context, nextLoad) => rewritten(url, nextLoad(url, context)) });
}

const KINDS: Readonly<Record<string, SourceKind>> = {
  module: 'module',
  commonjs: 'commonjs',
  'module-typescript': 'module',
  'commonjs-typescript': 'commonjs',
  'not known yet': 'unknown',
};

function rewritten(url: string, loaded: LoadFnOutput): LoadFnOutput {
  const { format, source } = loaded;
  if (!source || rewriter === undefined) return loaded;
  const kind = KINDS[format ?? 'not known yet'];
  if (kind === undefined) return loaded;
  const text = typeof source === 'string' ? source : Buffer.from(source as Uint8Array).toString('utf8');
  const replaced = rewriter.rewrite(url, text, kind);
  return replaced === undefined ? loaded : { ...loaded, source: replaced };
}
