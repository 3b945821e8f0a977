import { hash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { RewritePlan, SourceKind } from '../rewrite/index.ts';
import type { Planned } from './module-rewriter.ts';

/** Changes whenever the same source is rewritten differently. */
const FORMAT = 2;

interface SourceFile {
  readonly path: string;
  readonly source: string;
  readonly kind: SourceKind;
}

/** Rewritten files on disk, by what is in them: parsing is the dear part of loading a file traced. */
export class PlanCache {
  readonly directory: string;
  #isWritable = true;

  constructor(root: string) {
    const modules = join(root, 'node_modules');
    const base = existsSync(modules) ? join(modules, '.cache') : join(homedir(), '.cache');
    this.directory = join(base, `tracelab-function-tracer-${FORMAT}`);
  }

  read(path: string, source: string, kind: SourceKind): Planned | undefined {
    try {
      const stored = readFileSync(this.#file({ path, source, kind }), 'utf8');
      const end = stored.indexOf('\n');
      const { length, ...plan } = JSON.parse(stored.slice(0, end)) as Planned['plan'] & { readonly length: number };
      const text = stored.slice(end + 1);
      return text.length === length ? { plan, text } : undefined;
    } catch {
      return undefined; // Not there, or not whole: it is made anew.
    }
  }

  write(file: SourceFile, { plan, text }: { readonly plan: RewritePlan; readonly text: string }): void {
    if (!this.#isWritable) return;
    const { functions, skipped } = plan;
    const target = this.#file(file);
    try {
      mkdirSync(this.directory, { recursive: true });
      // Another process may read or write the same file now.
      writeFileSync(
        `${target}.${process.pid}`,
        `${JSON.stringify({ functions, skipped, length: text.length })}\n${text}`,
      );
      renameSync(`${target}.${process.pid}`, target);
    } catch {
      this.#isWritable = false; // As under the permission model: the application starts a little slower each time.
    }
  }

  #file({ path, source, kind }: SourceFile): string {
    const extension = /\.[^.]*$/.exec(path)?.[0] ?? '';
    return join(this.directory, hash('sha1', `${extension}:${kind}:${source}`));
  }
}
