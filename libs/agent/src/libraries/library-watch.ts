import { registerHooks } from 'node:module';
import type { ResolveFnOutput, ResolveHookContext } from 'node:module';

export interface LibraryWatchOptions {
  /** Told of each module of interest at its first use, before that module is loaded. */
  readonly onLibrary: (specifier: string) => void;
  /** Told once that the program imports, and does not only require. */
  readonly onFirstImport: () => void;
}

type NextResolve = (specifier: string, context?: Partial<ResolveHookContext>) => ResolveFnOutput;

/** Sees what the program requires and imports, and tells of the libraries that matter. Each is told of once. */
export class LibraryWatch {
  readonly #wanted: Set<string>;
  readonly #options: LibraryWatchOptions;
  #hasImported = false;

  constructor(specifiers: Iterable<string>, options: LibraryWatchOptions) {
    this.#wanted = new Set(specifiers);
    this.#options = options;
  }

  start(): void {
    registerHooks({ resolve: this.#resolve });
  }

  readonly #resolve = (specifier: string, context: ResolveHookContext, next: NextResolve): ResolveFnOutput => {
    if (!this.#hasImported && !context.conditions.includes('require')) {
      this.#hasImported = true;
      this.#options.onFirstImport();
    }
    if (this.#wanted.has(specifier)) {
      this.#wanted.delete(specifier);
      this.#options.onLibrary(specifier);
    }
    return next(specifier, context);
  };
}
