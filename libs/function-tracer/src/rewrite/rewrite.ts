import { type Edit, lineAt, lineStarts, sortEdits } from './edits.ts';
import { isExportPattern } from './export-patterns.ts';
import { FunctionEdits } from './function-edits.ts';
import { child, children, flag, type Node } from './node.ts';
import type { SyntaxTree } from './syntax-tree.ts';
import { nameOf } from './names.ts';
import { parameterMembers } from './parameters.ts';
import { hasNodes, Tags } from './node-layouts.ts';
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
  const parsed = parse(filename, source, kind);
  const optOuts = source.includes(OPT_OUT) ? parsed.comments.filter(({ value }) => value.includes(OPT_OUT)) : [];
  const walk = new RewriteWalk(parsed.program.tree, kind, new Set(optOuts.map(({ end }) => end)));
  walk.visit(parsed.program.index);
  return walk.plan();
}

const WITH = new Tags(['WithStatement']);
const OPT_OUT = 'flowtrace-ignore';
const BYTE_ORDER_MARK = '\uFEFF';

class RewriteWalk {
  readonly #tree: SyntaxTree;
  readonly #kind: SourceKind;
  readonly #optOuts: ReadonlySet<number>;
  readonly #lineStarts: readonly number[];
  readonly #scopeReader: ScopeReader;
  readonly #edits: FunctionEdits;
  /** The nodes around the one being visited. */
  readonly #path: number[] = [];
  readonly #ancestors: Node[] = [];
  readonly #functions: FunctionSite[] = [];
  readonly #skipped: SkippedFunction[] = [];
  #scope: Scope | undefined;
  #insideWith = 0;

  constructor(tree: SyntaxTree, kind: SourceKind, optOuts: ReadonlySet<number>) {
    this.#tree = tree;
    this.#kind = kind;
    this.#optOuts = optOuts;
    this.#lineStarts = lineStarts(tree.source);
    this.#scopeReader = new ScopeReader(tree);
    this.#edits = new FunctionEdits(tree.source, () => this.#around());
  }

  plan(): RewritePlan {
    return { edits: this.#hideEditedLines(), functions: this.#functions, skipped: this.#skipped };
  }

  #hideEditedLines(): Edit[] {
    let endOfHidden = 0;
    return sortEdits(this.#edits.list).map(edit => {
      if (edit.at < endOfHidden) return edit;
      endOfHidden = this.#lineStarts[lineAt(this.#lineStarts, edit.at) + 1] ?? Infinity;
      return { ...edit, text: HIDE_LINE + edit.text };
    });
  }

  visit(index: number): void {
    if (this.#tree.isFunction(index)) this.#visitFunction(this.#tree.node(index));
    else this.#visitOther(index);
    if (this.#edits.hasUnfinished) this.#edits.leave(index);
  }

  #visitOther(index: number): void {
    const tag = this.#tree.tagOf(index);
    if (this.#scope?.traced === true && FunctionEdits.concern(tag))
      this.#edits.enter(this.#scope, this.#tree.node(index));
    if (!hasNodes(tag)) return;
    const isWith = WITH.has(tag);
    if (isWith) this.#insideWith++;
    this.#path.push(index);
    this.#tree.visitChildren(index, this);
    this.#path.pop();
    if (isWith) this.#insideWith--;
  }

  #visitFunction(fn: Node): void {
    const scope = this.#openScope(fn);
    this.#path.push(fn.index);
    for (const parameter of children(fn, 'params')) this.visit(parameter.index);
    const outer = this.#scope;
    this.#scope = scope;
    const body = child(fn, 'body');
    if (scope.traced) this.#edits.open(scope, parameterMembers(fn));
    if (body !== undefined) this.visit(body.index);
    if (scope.traced) this.#edits.close(scope);
    this.#scope = outer;
    this.#path.pop();
  }

  /** The ancestors of the node being visited; good until the next one is. */
  #around(): readonly Node[] {
    const known = this.#ancestors;
    while (known.length > 0 && known.at(-1)?.index !== this.#path[known.length - 1]) known.pop();
    for (const index of this.#path.slice(known.length)) known.push(this.#tree.node(index));
    return known;
  }

  #openScope(fn: Node): Scope {
    const facts = this.#scopeReader.facts(fn);
    const reason = this.#reasonToSkip(fn, facts.skip);
    const site = this.#describe(fn);
    const functionIndex = this.#functions.length;
    if (reason === undefined) this.#functions.push(site);
    else this.#skipped.push(skippedSite(site, reason));
    const outer = this.#scope?.traced === true ? this.#scope : this.#scope?.outer;
    const depth = (outer?.depth ?? 0) + (reason === undefined ? 1 : 0);
    return {
      fn,
      functionIndex,
      depth,
      traced: reason === undefined,
      frame: `${RUNTIME}${depth}`,
      value: `${RUNTIME}v${depth}`,
      outer,
      isAsync: site.isAsync,
      isGenerator: site.isGenerator,
      cancelsReturns: facts.cancelsReturns,
    };
  }

  #reasonToSkip(fn: Node, own: SkipReason | undefined): SkipReason | undefined {
    if (this.#insideWith > 0) return 'with statement';
    if (this.#optOuts.size > 0 && this.#isOptedOut(fn)) return 'opt-out comment';
    if (this.#kind !== 'module' && isExportPattern(fn, this.#around())) return 'pattern of an export';
    return own;
  }

  /** The comment may stand before the function or before the declaration or member that holds it. */
  #isOptedOut(fn: Node): boolean {
    return [fn, ...this.#around().slice(-2)].some(({ start }) => {
      const before = this.#tree.source.slice(0, start).trimEnd().length;
      return this.#optOuts.has(before);
    });
  }

  #describe(fn: Node): FunctionSite {
    const line = lineAt(this.#lineStarts, fn.start) + 1;
    return { ...nameOf(fn, this.#around()), line, isAsync: flag(fn, 'async'), isGenerator: flag(fn, 'generator') };
  }
}

function skippedSite({ name, owner, line }: FunctionSite, reason: SkipReason): SkippedFunction {
  return owner === undefined ? { name, line, reason } : { name, owner, line, reason };
}
