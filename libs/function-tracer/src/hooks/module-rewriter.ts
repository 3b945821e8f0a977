import { fileURLToPath } from 'node:url';
import type { Filters } from '../filters.ts';
import { moduleNameOf } from '../filters.ts';
import {
  AlreadyRewritten,
  applyEdits,
  planRewrite,
  type RewritePlan,
  type SourceKind,
  SourceUnreadable,
} from '../rewrite/index.ts';
import { runtime } from '../runtime/global-runtime.ts';
import type { PlanCache } from './plan-cache.ts';
import { rewrittenFiles } from './rewritten-files.ts';

export interface ModuleRewriterOptions {
  readonly filters: Filters;
  readonly root: string;
  readonly cache: PlanCache | undefined;
}

const OWN_FILES = new URL('..', import.meta.url).href;
const SOURCE_FILE = /\.[cm]?[jt]sx?$/;
const BYTE_ORDER_MARK = '\uFEFF';

/** Decides for each file that is loaded whether to rewrite it, and does. */
export class ModuleRewriter {
  readonly #options: ModuleRewriterOptions;

  constructor(options: ModuleRewriterOptions) {
    this.#options = options;
  }

  /** The rewritten source, or undefined to leave the file as it is. Never throws. */
  rewrite(url: string, source: string, kind: SourceKind): string | undefined {
    const path = this.#pathOf(url);
    if (path === undefined || source.startsWith(BYTE_ORDER_MARK)) return undefined;
    const module = moduleNameOf(path, this.#options.root);
    if (!this.#options.filters.takesModule(module)) return undefined;
    try {
      const { plan, text } = this.#planned(path, source, kind);
      return this.#number({ url, path, source, kind, module: module.name }, plan, text);
    } catch (error) {
      if (!(error instanceof SourceUnreadable || error instanceof AlreadyRewritten)) throw error;
      rewrittenFiles.leftAlone(path, error.message);
      return undefined;
    }
  }

  #pathOf(url: string): string | undefined {
    if (!url.startsWith('file:') || url.startsWith(OWN_FILES)) return undefined;
    const path = fileURLToPath(url);
    return SOURCE_FILE.test(path) ? path : undefined;
  }

  #planned(path: string, source: string, kind: SourceKind): Planned {
    const cached = this.#options.cache?.read(path, source, kind);
    if (cached !== undefined) return cached;
    const plan = planRewrite(path, source, kind);
    const text = applyEdits(source, plan.edits, markFunction);
    this.#options.cache?.write({ path, source, kind }, { plan, text });
    return { plan, text };
  }

  #number(loaded: Loaded, plan: Pick<RewritePlan, 'functions' | 'skipped'>, text: string): string {
    const { url, path, source, kind, module } = loaded;
    const firstFunction = runtime.functions.add(
      plan.functions.map(({ name, owner, line, isAsync, isGenerator }) => ({
        module,
        owner,
        name,
        line,
        isAsync: isAsync && !isGenerator,
      })),
    );
    const functionCount = plan.functions.length;
    rewrittenFiles.add([url, path], { path, source, kind, firstFunction, functionCount }, plan.skipped);
    return functionCount === 0
      ? source
      : text.replaceAll(FUNCTION_MARK, (_mark, index: string) => String(firstFunction + Number(index)));
  }
}

/** A rewritten text whose functions have no numbers of this process yet. */
export interface Planned {
  readonly plan: Pick<RewritePlan, 'functions' | 'skipped'>;
  readonly text: string;
}

interface Loaded {
  readonly url: string;
  readonly path: string;
  readonly source: string;
  readonly kind: SourceKind;
  readonly module: string;
}

// The edit around it is ours alone, so that nothing of the application's looks like it.
const FUNCTION_MARK = /(?<=__ft\$\.e\()@(\d+)@/g;
const markFunction = (index: number) => `@${index}@`;
