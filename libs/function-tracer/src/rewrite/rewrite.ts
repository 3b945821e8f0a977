import { type Edit, lineAt, lineStarts, sortEdits } from './edits.ts';
import { isExportPattern } from './export-patterns.ts';
import { FunctionEdits } from './function-edits.ts';
import { child, isFunction, isNode, type Node } from './node.ts';
import { nameOf } from './names.ts';
import { parameterMembers } from './parameters.ts';
import { parse, type SourceKind, SourceUnreadable } from './parse.ts';
import { HIDE_LINE, RUNTIME, type Scope } from './scope.ts';
import { ScopeReader, type SkipReason } from './skip.ts';

/** A function that is traced. */
export interface FunctionSite {
  readonly name: string;
  readonly owner?: string;
  readonly line: number;
  readonly isAsync: boolean;
  readonly isGenerator: boolean;
}

/** A function that is left alone, and why. */
export interface SkippedFunction {
  readonly name: string;
  readonly owner?: string;
  readonly line: number;
  readonly reason: SkipReason;
}

/** What to put into a file, before its functions have numbers. */
export interface RewritePlan {
  readonly edits: readonly Edit[];
  readonly functions: readonly FunctionSite[];
  readonly skipped: readonly SkippedFunction[];
}

/** A file that already speaks to the runtime is not edited again. */
export class AlreadyRewritten extends Error {
  readonly code = 'AlreadyRewritten';

  constructor(filename: string) {
    super(`${filename} has been rewritten before`);
    this.name = 'AlreadyRewritten';
  }
}

/**
 * Plans the edits that make every function of a file report its calls. Pure: reads no file and keeps nothing.
 * Throws `SourceUnreadable` for text that does not parse or begins with a byte order mark, and `AlreadyRewritten` for
 * text that holds our edits.
 */
export function planRewrite(filename: string, source: string, kind: SourceKind): RewritePlan {
  if (source.startsWith(BYTE_ORDER_MARK)) throw new SourceUnreadable('The text begins with a byte order mark.');
  if (source.includes(RUNTIME)) throw new AlreadyRewritten(filename);
  const { program, comments } = parse(filename, source, kind);
  const optOuts = source.includes(OPT_OUT) ? comments.filter(({ value }) => value.includes(OPT_OUT)) : [];
  const walk = new RewriteWalk(source, kind, new Set(optOuts.map(({ end }) => end)));
  walk.visit(program);
  return walk.plan();
}

const OPT_OUT = 'flowtrace-ignore';
const BYTE_ORDER_MARK = '\uFEFF';

class RewriteWalk {
  readonly #source: string;
  readonly #kind: SourceKind;
  readonly #optOuts: ReadonlySet<number>;
  readonly #lineStarts: readonly number[];
  readonly #scopeReader: ScopeReader;
  readonly #edits: FunctionEdits;
  readonly #path: Node[] = [];
  readonly #scopes: Scope[] = [];
  readonly #functions: FunctionSite[] = [];
  readonly #skipped: SkippedFunction[] = [];
  #insideWith = 0;

  constructor(source: string, kind: SourceKind, optOuts: ReadonlySet<number>) {
    this.#source = source;
    this.#kind = kind;
    this.#optOuts = optOuts;
    this.#lineStarts = lineStarts(source);
    this.#scopeReader = new ScopeReader(source);
    this.#edits = new FunctionEdits(source, this.#path);
  }

  plan(): RewritePlan {
    return { edits: this.#hideEditedLines(), functions: this.#functions, skipped: this.#skipped };
  }

  #hideEditedLines(): Edit[] {
    let hidden = -1;
    return sortEdits(this.#edits.list).map(edit => {
      const line = lineAt(this.#lineStarts, edit.at);
      if (line === hidden) return edit;
      hidden = line;
      return { ...edit, text: HIDE_LINE + edit.text };
    });
  }

  visit(node: Node): void {
    if (isFunction(node)) this.#visitFunction(node);
    else this.#visitOther(node);
    this.#edits.leave(node);
  }

  #visitOther(node: Node): void {
    const scope = this.#scopes.at(-1);
    if (scope?.traced === true) this.#edits.enter(scope, node);
    const isWith = node.type === 'WithStatement';
    if (isWith) this.#insideWith++;
    this.#visitChildren(node);
    if (isWith) this.#insideWith--;
  }

  #visitChildren(node: Node): void {
    this.#path.push(node);
    for (const field in node) {
      const value = node[field];
      if (typeof value !== 'object' || value === null) continue;
      if (Array.isArray(value)) for (const item of value as unknown[]) this.#visitAny(item);
      else this.#visitAny(value);
    }
    this.#path.pop();
  }

  #visitAny(value: unknown): void {
    if (isNode(value)) this.visit(value);
  }

  #visitFunction(fn: Node): void {
    const scope = this.#openScope(fn);
    this.#path.push(fn);
    for (const field in fn) if (field !== 'body') this.#visitField(fn[field]);
    this.#scopes.push(scope);
    const body = child(fn, 'body');
    if (scope.traced) this.#edits.open(scope, parameterMembers(fn));
    if (body !== undefined) this.visit(body);
    if (scope.traced) this.#edits.close(scope);
    this.#scopes.pop();
    this.#path.pop();
  }

  #visitField(value: unknown): void {
    if (Array.isArray(value)) for (const item of value as unknown[]) this.#visitAny(item);
    else this.#visitAny(value);
  }

  #openScope(fn: Node): Scope {
    const facts = this.#scopeReader.facts(fn);
    const reason = this.#reasonToSkip(fn, facts.skip);
    const site = this.#describe(fn);
    const functionIndex = this.#functions.length;
    if (reason === undefined) this.#functions.push(site);
    else this.#skipped.push(skippedSite(site, reason));
    const outer = this.#scopes.findLast(({ traced }) => traced);
    const depth = (outer?.depth ?? 0) + (reason === undefined ? 1 : 0);
    return {
      fn,
      functionIndex,
      depth,
      traced: reason === undefined,
      frame: `${RUNTIME}${depth}`,
      value: `${RUNTIME}v${depth}`,
      outerFrame: outer?.frame,
      isAsync: site.isAsync,
      isGenerator: site.isGenerator,
      cancelsReturns: facts.cancelsReturns,
    };
  }

  #reasonToSkip(fn: Node, own: SkipReason | undefined): SkipReason | undefined {
    if (this.#insideWith > 0) return 'with statement';
    if (this.#optOuts.size > 0 && this.#isOptedOut(fn)) return 'opt-out comment';
    if (this.#kind !== 'module' && isExportPattern(fn, this.#path)) return 'pattern of an export';
    return own;
  }

  /** The comment may stand before the function or before the declaration or member that holds it. */
  #isOptedOut(fn: Node): boolean {
    return [fn, ...this.#path.slice(-2)].some(({ start }) => {
      const before = this.#source.slice(0, start).trimEnd().length;
      return this.#optOuts.has(before);
    });
  }

  #describe(fn: Node): FunctionSite {
    const line = lineAt(this.#lineStarts, fn.start) + 1;
    return { ...nameOf(fn, this.#path), line, isAsync: fn['async'] === true, isGenerator: fn['generator'] === true };
  }
}

function skippedSite({ name, owner, line }: FunctionSite, reason: SkipReason): SkippedFunction {
  return owner === undefined ? { name, line, reason } : { name, owner, line, reason };
}
