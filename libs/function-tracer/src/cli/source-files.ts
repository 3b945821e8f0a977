import { globSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

const SOURCE = /\.[cm]?[jt]sx?$/;
const NOT_SOURCE = /\.d\.[cm]?ts$|\.(?:test|spec)\.[cm]?[jt]sx?$|\.min\.js$/;
const NOT_ENTERED = new Set(['node_modules', 'dist', 'build', 'coverage', 'fixtures']);

/** The path that a command was given is not there. */
export class PathMissing extends Error {
  readonly code = 'PathMissing';

  constructor(path: string) {
    super(`Path not found: ${path}`);
    this.name = 'PathMissing';
  }
}

/** A file as it is, a directory as the source files in it: no tests, no dependencies, nothing built. Throws `PathMissing`. */
export function sourceFiles(path: string): string[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw new PathMissing(path);
  if (stats.isFile()) return [path];
  const found = globSync('**/*', { cwd: path, exclude: name => isLeftOut(basename(name)) });
  return found
    .filter(name => SOURCE.test(name) && !NOT_SOURCE.test(name))
    .toSorted()
    .map(name => join(path, name));
}

function isLeftOut(name: string): boolean {
  return NOT_ENTERED.has(name) || (name.startsWith('.') && name.length > 1);
}
