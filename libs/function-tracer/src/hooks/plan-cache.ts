import { hash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { SourceKind, UnnumberedText } from '../rewrite/index.ts';
import type { Planned } from './module-rewriter.ts';

/** Changes whenever the same source is rewritten differently. */
const FORMAT = 9;

interface SourceFile {
  readonly path: string;
  readonly source: string;
  readonly kind: SourceKind;
}

type StoredHead = Planned['plan'] & Pick<UnnumberedText, 'numbers'> & { readonly length: number };

/** Rewritten files on disk, by what is in them: parsing is the dear part of loading a file traced. */
export class PlanCache {
  readonly directory: string;
  #isWritable = true;

  constructor(root: string) {
    const modules = join(root, 'node_modules');
    const base = existsSync(modules) ? join(modules, '.cache') : join(homedir(), '.cache');
    this.directory = join(base, `tracelab-function-tracer-${FORMAT}`);
  }

  /** Under which a file is kept. */
  keyOf({ path, source, kind }: SourceFile): string {
    const extension = /\.[^.]*$/.exec(path)?.[0] ?? '';
    return hash('sha1', `${extension}:${kind}:${source}`);
  }

  read(key: string): Planned | undefined {
    try {
      const stored = readFileSync(join(this.directory, key), 'utf8');
      const end = stored.indexOf('\n');
      const { length, numbers, ...plan } = JSON.parse(stored.slice(0, end)) as StoredHead;
      const text = stored.slice(end + 1);
      return text.length === length ? { plan, text: { text, numbers } } : undefined;
    } catch {
      return undefined; // Not there, or not whole: it is made anew.
    }
  }

  write(key: string, { plan: { functions, skipped }, text: { text, numbers } }: Planned): void {
    if (!this.#isWritable) return;
    const head: StoredHead = { functions, skipped, numbers, length: text.length };
    const target = join(this.directory, key);
    try {
      mkdirSync(this.directory, { recursive: true });
      // Another process may read or write the same file now.
      writeFileSync(`${target}.${process.pid}`, `${JSON.stringify(head)}\n${text}`);
      renameSync(`${target}.${process.pid}`, target);
    } catch {
      this.#isWritable = false; // As under the permission model: the application starts a little slower each time.
    }
  }
}
