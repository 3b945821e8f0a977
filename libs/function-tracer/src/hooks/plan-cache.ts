import { hash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { SourceKind, UnnumberedText } from '../rewrite/index.ts';
import type { Planned } from './module-rewriter.ts';

/** Changes whenever the same source is rewritten differently. */
const FORMAT = 10;

interface SourceFile {
  readonly path: string;
  readonly source: string;
  readonly kind: SourceKind;
}

type StoredHead = Planned['plan'] & {
  readonly numbered: UnnumberedText['functions'];
  /** How long each part of the text is. */
  readonly lengths: readonly number[];
};

interface Waiting {
  readonly key: string;
  readonly planned: Planned;
}

/**
 * Rewritten files on disk, by what is in them: parsing is the dear part of loading a file traced. They are written once
 * the program has started and waits for something, or ends, since to make a file takes as long as to rewrite it.
 */
export class PlanCache {
  readonly directory: string;
  readonly #waiting: Waiting[] = [];
  #isWritable = true;
  #hasDirectory = false;
  #isFlushedAtExit = false;

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
      const { functions, skipped, numbered, lengths } = JSON.parse(stored.slice(0, end)) as StoredHead;
      const parts = cut(stored, end + 1, lengths);
      return parts === undefined ? undefined : { plan: { functions, skipped }, text: { parts, functions: numbered } };
    } catch {
      return undefined; // Not there, or not whole: it is made anew.
    }
  }

  write(key: string, planned: Planned): void {
    if (!this.#isWritable) return;
    this.#flushAtExit();
    if (this.#waiting.push({ key, planned }) === 1) this.#writeWhenIdle();
  }

  #flushAtExit(): void {
    if (this.#isFlushedAtExit) return;
    this.#isFlushedAtExit = true;
    process.once('exit', () => {
      for (const waiting of this.#waiting.splice(0)) this.#store(waiting);
    });
  }

  // It keeps no program alive and gives way to what the program has to do. An immediate would wait for the next event of a
  // program that waits itself.
  #writeWhenIdle(): void {
    setTimeout(() => {
      const next = this.#waiting.shift();
      if (next !== undefined) this.#store(next);
      if (this.#waiting.length > 0) this.#writeWhenIdle();
    }).unref();
  }

  #store({ key, planned: { plan, text } }: Waiting): void {
    if (!this.#isWritable) return;
    const { functions, skipped } = plan;
    const lengths = text.parts.map(({ length }) => length);
    const head: StoredHead = { functions, skipped, numbered: text.functions, lengths };
    const target = join(this.directory, key);
    try {
      if (!this.#hasDirectory) mkdirSync(this.directory, { recursive: true });
      this.#hasDirectory = true;
      // Another process may read or write the same file now.
      writeFileSync(`${target}.${process.pid}`, `${JSON.stringify(head)}\n${text.parts.join('')}`);
      renameSync(`${target}.${process.pid}`, target);
    } catch {
      this.#isWritable = false; // As under the permission model: the application starts a little slower each time.
    }
  }
}

/** The parts of a text that ends with them; undefined if it is longer or shorter. */
function cut(text: string, from: number, lengths: readonly number[]): string[] | undefined {
  const parts: string[] = [];
  let at = from;
  for (const length of lengths) {
    parts.push(text.slice(at, at + length));
    at += length;
  }
  return at === text.length ? parts : undefined;
}
