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
      this.#options.numbers.leftAlone(path, error.message);
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

  #number(file: LoadedFile, plan: Planned['plan'], text: string): string {
    const firstFunction = this.#options.numbers.add(file, plan);
    return plan.functions.length === 0
      ? file.source
      : text.replaceAll(FUNCTION_MARK, (_mark, index: string) => String(firstFunction + Number(index)));
  }
}

/** A rewritten text whose functions have no numbers of this process yet. */
export interface Planned {
  readonly plan: Pick<RewritePlan, 'functions' | 'skipped'>;
  readonly text: string;
}

/** A file on its way to the engine. */
export interface LoadedFile {
  readonly url: string;
  readonly path: string;
  readonly source: string;
  readonly kind: SourceKind;
  readonly module: string;
}

// The edit around it is ours alone, so that nothing of the application's looks like it.
const FUNCTION_MARK = /(?<=__ft\$\.e\()@(\d+)@/g;
const markFunction = (index: number) => `@${index}@`;
