import { fileURLToPath } from 'node:url';
import type { Filters } from '../filters.ts';
import { moduleNameOf } from '../filters.ts';
import {
  AlreadyRewritten,
  applyEdits,
  numberFunctions,
  planRewrite,
  type RewritePlan,
  type SourceKind,
  SourceUnreadable,
  type UnnumberedText,
} from '../rewrite/index.ts';
import { messageOf, warnOnce } from '../warning.ts';
import type { FunctionNumbers } from './function-numbers.ts';
import type { PlanCache } from './plan-cache.ts';

export interface ModuleRewriterOptions {
  readonly filters: Filters;
  readonly root: string;
  readonly cache: PlanCache | undefined;
  readonly numbers: FunctionNumbers;
}

const OWN_FILES = new URL('..', import.meta.url).href;
const SOURCE_FILE = /\.[cm]?[jt]sx?$/;

/** Decides for each file that is loaded whether to rewrite it, and does. */
export class ModuleRewriter {
  readonly #options: ModuleRewriterOptions;

  constructor(options: ModuleRewriterOptions) {
    this.#options = options;
  }

  /** The rewritten source, or undefined to leave the file as it is. Never throws. */
  rewrite(url: string, source: string, kind: SourceKind): string | undefined {
    const path = this.#pathOf(url);
    if (path === undefined) return undefined;
    const module = moduleNameOf(path, this.#options.root);
    if (!this.#options.filters.takesModule(module)) return undefined;
    try {
      const { plan, text } = this.#planned(path, source, kind);
      const firstFunction = this.#options.numbers.add({ url, path, source, kind, module: module.name }, plan);
      return plan.functions.length === 0 ? source : numberFunctions(text, firstFunction);
    } catch (error) {
      this.#options.numbers.leftAlone(path, messageOf(error));
      // Anything else is our own failure, as when the parser's native code may not be loaded.
      if (!(error instanceof SourceUnreadable || error instanceof AlreadyRewritten))
        warnOnce('FLOWTRACE_REWRITE', `FlowTrace cannot trace ${path}, and maybe others: ${messageOf(error)}`);
      return undefined;
    }
  }

  #pathOf(url: string): string | undefined {
    if (!url.startsWith('file:') || url.startsWith(OWN_FILES)) return undefined;
    const path = fileURLToPath(url);
    return SOURCE_FILE.test(path) ? path : undefined;
  }

  #planned(path: string, source: string, kind: SourceKind): Planned {
    const { cache } = this.#options;
    const key = cache?.keyOf({ path, source, kind }) ?? '';
    const cached = cache?.read(key);
    if (cached !== undefined) return cached;
    const plan = planRewrite(path, source, kind);
    const planned = { plan, text: applyEdits(source, plan.edits) };
    cache?.write(key, planned);
    return planned;
  }
}

/** A rewritten file whose functions have no numbers of this process yet. */
export interface Planned {
  readonly plan: Pick<RewritePlan, 'functions' | 'skipped'>;
  readonly text: UnnumberedText;
}

/** A file on its way to the engine. */
export interface LoadedFile {
  readonly url: string;
  readonly path: string;
  readonly source: string;
  readonly kind: SourceKind;
  readonly module: string;
}
