import { isAbsolute, relative, sep } from 'node:path';
import type { FunctionDescription } from './runtime/function-table.ts';

/** One pattern of the configuration: a name, a glob or a /regular expression/. */
export type Pattern = (name: string) => boolean;

const REGEX = /^\/(.+)\/([a-z]*)$/;

/**
 * Reads a pattern. A plain name matches itself and what lies inside it: `src.orders` matches `src.orders` and
 * `src.orders.create`, never `src.ordersx`; dots and slashes mean the same. `*` stands for anything within a part of
 * a name, `**` for anything. Throws `SyntaxError` for a broken regular expression.
 */
export function pattern(text: string): Pattern {
  const [, source, flags] = REGEX.exec(text) ?? [];
  if (source !== undefined) {
    // With `g` or `y` it would go on in the next name where it found something in the last.
    const expression = new RegExp(source, flags?.replaceAll(/[gy]/g, ''));
    return name => expression.test(name);
  }
  const dotted = plainName(text);
  if (!/[*?]/.test(dotted)) return name => within(dotted, name);
  const expression = new RegExp(`^(?:.*\\.)?${globSource(dotted)}(?:\\..*)?$`);
  return name => expression.test(plainName(name));
}

function plainName(text: string): string {
  return text.replace(/^\.\//, '').replaceAll('/', '.').replace(/\.$/, '');
}

function within(prefix: string, name: string): boolean {
  const dotted = plainName(name);
  return dotted === prefix || dotted.startsWith(`${prefix}.`) || dotted.startsWith(`${prefix}#`);
}

function globSource(glob: string): string {
  return glob
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('**', '\0')
    .replaceAll('*', '[^.]*')
    .replaceAll('?', '[^.]')
    .replaceAll('\0', '.*');
}

export interface FilterOptions {
  readonly prefixes: readonly string[];
  readonly excludePatterns: readonly string[];
}

/** Decides what is traced: an exclusion wins, then what is named is in, then what others wrote is out. */
export class Filters {
  readonly #included: readonly Pattern[];
  readonly #excluded: readonly Pattern[];
  readonly #prefixes: readonly string[];

  constructor({ prefixes, excludePatterns }: FilterOptions) {
    this.#prefixes = prefixes.map(plainName);
    this.#included = prefixes.map(pattern);
    this.#excluded = excludePatterns.map(text => pattern(text.trim()));
  }

  /** Whether a module holds anything to trace. */
  takesModule({ name, isThirdParty }: ModuleName): boolean {
    if (this.#excluded.some(matches => matches(name))) return false;
    if (this.#included.some(matches => matches(name))) return true;
    if (isThirdParty) return this.#prefixes.some(prefix => prefix.startsWith(`${name}.`));
    // A prefix may name one function of the module, a glob or expression any of them.
    return (
      this.#included.length === 0 ||
      this.#prefixes.some(prefix => prefix.startsWith(`${plainName(name)}.`) || /[*?/]/.test(prefix))
    );
  }

  takesFunction({ module, owner, name }: FunctionDescription): boolean {
    if (this.#excluded.length === 0 && this.#included.length === 0) return true;
    const full = owner === undefined ? `${module}.${name}` : `${module}.${owner}.${name}`;
    const names = owner === undefined ? [full, name] : [full, `${owner}.${name}`];
    if (this.#excluded.some(matches => names.some(known => matches(known)))) return false;
    return this.#included.length === 0 || this.#included.some(matches => matches(full));
  }
}

export interface ModuleName {
  readonly name: string;
  /** Whether it comes from node_modules. */
  readonly isThirdParty: boolean;
}

/** The name of a file's module: `src/orders/service.ts` is `src.orders.service`, a dependency begins with its package. */
export function moduleNameOf(file: string, root: string): ModuleName {
  const parts = file.split(sep);
  const packages = parts.lastIndexOf('node_modules');
  if (packages >= 0) return { name: dotted(parts.slice(packages + 1)), isThirdParty: true };
  const path = relative(root, file);
  const isInside = !path.startsWith('..') && !isAbsolute(path);
  return { name: dotted((isInside ? path : file).split(sep).filter(part => part !== '')), isThirdParty: false };
}

function dotted(parts: readonly string[]): string {
  return parts.join('.').replace(/\.[cm]?[jt]sx?$/, '');
}
