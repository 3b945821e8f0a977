import { Columns, planRewrite, type SkippedFunction, type SourceKind } from '../rewrite/index.ts';

/** A file as it was before it was rewritten. */
export interface RewrittenFile {
  readonly path: string;
  readonly source: string;
  readonly kind: SourceKind;
  readonly firstFunction: number;
  readonly functionCount: number;
}

/** Which files of this thread were rewritten; finds original positions, which only an error asks for. */
export class RewrittenFiles {
  readonly #byName = new Map<string, RewrittenFile>();
  readonly #columns = new Map<RewrittenFile, Columns>();
  readonly #skipped: (SkippedFunction & { readonly path: string })[] = [];
  readonly #unread: { readonly path: string; readonly reason: string }[] = [];

  /** V8 knows a CommonJS file by its path and a module by its URL. */
  add(names: readonly string[], file: RewrittenFile, skipped: readonly SkippedFunction[]): void {
    for (const name of names) this.#byName.set(name, file);
    for (const site of skipped) this.#skipped.push({ ...site, path: file.path });
  }

  leftAlone(path: string, reason: string): void {
    this.#unread.push({ path, reason });
  }

  get skippedFunctions(): readonly (SkippedFunction & { readonly path: string })[] {
    return this.#skipped;
  }

  get filesLeftAlone(): readonly { readonly path: string; readonly reason: string }[] {
    return this.#unread;
  }

  /** Learns of files that another thread has rewritten meanwhile. */
  receive: () => void = () => undefined;

  find(name: string): RewrittenFile | undefined {
    if (!this.#byName.has(name)) this.receive();
    return this.#byName.get(name);
  }

  /** The file and name that V8 knows it by, from the number of one of its functions. */
  findByFunction(index: number): readonly [name: string, file: RewrittenFile] | undefined {
    for (const [name, file] of this.#byName) {
      if (index >= file.firstFunction && index < file.firstFunction + file.functionCount) return [name, file];
    }
    return undefined;
  }

  columnsOf(file: RewrittenFile): Columns {
    const known = this.#columns.get(file);
    if (known !== undefined) return known;
    const { edits } = planRewrite(file.path, file.source, file.kind);
    const columns = new Columns(file.source, edits, file.firstFunction);
    this.#columns.set(file, columns);
    return columns;
  }

  /** The original, as `line:column`, of a position that V8 gives for a file; both count from 1. */
  originalPosition(file: RewrittenFile, line: number, column: number): string {
    const original = this.columnsOf(file).original(line - 1, column - 1);
    return `${original.line + 1}:${original.column + 1}`;
  }
}

export const rewrittenFiles = new RewrittenFiles();
