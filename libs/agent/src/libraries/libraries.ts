import type { Detail } from '@tracelab/tracing';
import { hookModules } from '@tracelab/tracing/instrumenting';
import { traceNestFactory } from '../nest/nest-factory.ts';
import type { NestExports } from '../nest/nest-factory.ts';
import { traceBullmq } from './bullmq-spans.ts';
import type { BullmqExports } from './bullmq-spans.ts';
import { stockLibraries } from './library-list.ts';
import type { StockLibrary } from './library-list.ts';
import { LibraryWatch } from './library-watch.ts';
import { ModulePatch } from './module-patch.ts';
import { tracePostgres } from './postgres-spans.ts';
import { traceSqlite } from './sqlite-spans.ts';
import { startStockInstrumentation } from './stock-instrumentation.ts';

export interface LibrariesOptions {
  readonly detail: Detail;
  readonly disabled: ReadonlySet<string>;
  readonly onSeen: (name: string) => void;
  readonly onPatched: (name: string) => void;
  readonly onRefused: (name: string, reason: string) => void;
}

// Told for the report alone: they are seen through their own channels, or by libs/tracing.
const nativelySeen = new Set(['fastify', 'undici', 'pg']);
const own = ['@nestjs/core', 'bullmq', 'node:sqlite', 'better-sqlite3', 'postgres'];

/** Starts what makes a library's spans when the program first asks for that library. */
export class Libraries {
  readonly #options: LibrariesOptions;
  readonly #started = new Set<string>();

  constructor(options: LibrariesOptions) {
    this.#options = options;
  }

  /** Every specifier that a hook has to see. */
  get #specifiers(): string[] {
    return [...stockLibraries.keys(), ...own.filter(name => !name.startsWith('node:'))].filter(name =>
      this.#isOn(name),
    );
  }

  start(): void {
    new LibraryWatch([...stockLibraries.keys(), ...own, ...nativelySeen], {
      onLibrary: this.#onLibrary,
      // Not before: the hook for imported modules breaks `node -p`, and a program that only requires has no need of it.
      onFirstImport: () => {
        hookModules(this.#specifiers);
      },
    }).start();
  }

  readonly #onLibrary = (name: string): void => {
    if (!this.#isOn(name)) return;
    this.#options.onSeen(reportedName(name));
    try {
      this.#trace(name);
    } catch (error) {
      // The program gets its library whatever happens here.
      this.#options.onRefused(
        reportedName(name),
        error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error),
      );
    }
  };

  #trace(name: string): void {
    const stock = stockLibraries.get(name);
    if (stock !== undefined) {
      if (this.#isFirst(stock.package)) this.#startStock(name, stock);
      return;
    }
    const own = this.#ownPatches[name];
    if (own !== undefined) {
      own();
      return;
    }
    this.#options.onPatched(name);
  }

  #startStock(name: string, stock: StockLibrary): void {
    const { detail, onPatched } = this.#options;
    startStockInstrumentation(stock, detail, () => {
      onPatched(reportedName(name));
    });
    if (stock.told !== undefined) this.#patch(name, stock.told, exports => exports);
  }

  readonly #ownPatches: Readonly<Record<string, (() => void) | undefined>> = {
    '@nestjs/core': () => {
      this.#patch('@nestjs/core', ['>=11 <13'], exports => {
        traceNestFactory(exports as NestExports, this.#options.detail);
        return exports;
      });
    },
    bullmq: () => {
      this.#patch('bullmq', ['>=5 <7'], exports => {
        traceBullmq(exports as BullmqExports);
        return exports;
      });
    },
    'node:sqlite': () => {
      traceSqlite(process.getBuiltinModule('node:sqlite').DatabaseSync);
      this.#options.onPatched('node:sqlite');
    },
    'better-sqlite3': () => {
      this.#patch('better-sqlite3', ['>=9 <14'], exports => {
        traceSqlite(databaseIn(exports));
        return exports;
      });
    },
    postgres: () => {
      this.#patch('postgres', ['>=3 <4'], tracePostgres);
    },
  };

  #patch(moduleName: string, versions: readonly string[], patch: (exports: unknown) => unknown): void {
    new ModulePatch({
      moduleName,
      versions,
      patch: exports => {
        const patched = patch(exports);
        this.#options.onPatched(reportedName(moduleName));
        return patched;
      },
    }).enable();
  }

  #isFirst(packageName: string): boolean {
    if (this.#started.has(packageName)) return false;
    this.#started.add(packageName);
    return true;
  }

  #isOn(name: string): boolean {
    const { disabled } = this.#options;
    const short = stockLibraries.get(name)?.package ?? name.replace(/^(?:node:|@)/, '').replace('/', '-');
    return !disabled.has(name) && !disabled.has(short) && !disabled.has(short.replace('nestjs-core', 'nest'));
  }
}

/** One name for all that a library is imported by: `mysql2` for `mysql2/promise`, `redis` for `@redis/client`. */
function reportedName(specifier: string): string {
  const library = stockLibraries.get(specifier)?.package;
  if (library === undefined) return specifier;
  return [...stockLibraries].find(([, { package: same }]) => same === library)?.[0] ?? specifier;
}

function databaseIn(exports: unknown): { readonly prototype: object } {
  const found = typeof exports === 'object' && exports !== null && 'default' in exports ? exports.default : exports;
  return found as { readonly prototype: object };
}
