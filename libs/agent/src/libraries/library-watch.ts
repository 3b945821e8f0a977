import { registerHooks } from 'node:module';
import type { ResolveFnOutput, ResolveHookContext } from 'node:module';

/** Told of each module specifier of interest at its first use, before that module is loaded. */
export type OnLibrary = (specifier: string) => void;

type NextResolve = (specifier: string, context?: Partial<ResolveHookContext>) => ResolveFnOutput;

/** Sees what the program requires and imports, and tells of the libraries that matter. Each is told of once. */
export class LibraryWatch {
  readonly #wanted: Set<string>;
  readonly #onLibrary: OnLibrary;

  constructor(specifiers: Iterable<string>, onLibrary: OnLibrary) {
    this.#wanted = new Set(specifiers);
    this.#onLibrary = onLibrary;
  }

  start(): void {
    registerHooks({ resolve: this.#resolve });
  }

  readonly #resolve = (specifier: string, context: ResolveHookContext, next: NextResolve): ResolveFnOutput => {
    if (this.#wanted.has(specifier)) {
      this.#wanted.delete(specifier);
      this.#onLibrary(specifier);
    }
    return next(specifier, context);
  };
}
