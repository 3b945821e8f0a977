import { lastUpTo } from './edits.ts';
import { addBoundNames, parameterNames } from './parameters.ts';
import { child, children, childrenOfType, directives, type Node, text } from './node.ts';
import { Tags } from './node-layouts.ts';
import type { SyntaxTree } from './syntax-tree.ts';

/** Why a function is left alone. */
export type SkipReason =
  | 'opt-out comment'
  | 'asm.js'
  | 'await using'
  | 'with statement'
  | 'pattern of an export'
  | 'function declaration that a block would hide';

/** What the rewriter must know of a function before it edits it: its own scope, not that of functions inside. */
export interface ScopeFacts {
  readonly skip: SkipReason | undefined;
  /** A `finally` that may cancel a return, so that a captured result may turn out not to be one. */
  readonly cancelsReturns: boolean;
}

// A function among statements is declared by it.
const FUNCTION_DECLARATION = new Tags(['FunctionDeclaration']);
const WARNING = new Tags(['WithStatement', 'TryStatement']);
const WARNING_OR_DECLARING = new Tags(['WithStatement', 'TryStatement', 'VariableDeclaration']);

/** Reads functions' own scopes, of one file. Most hold nothing to be found out, which a look at all nodes tells. */
export class ScopeReader {
  readonly #warnings: readonly number[];

  constructor(tree: SyntaxTree) {
    const tags = tree.source.includes('using') ? WARNING_OR_DECLARING : WARNING;
    const found = tree.nodesWith(tags).filter(index => isWarning(tree, index));
    this.#warnings = found.map(index => tree.startOf(index)).toSorted((a, b) => a - b);
  }

  facts(fn: Node): ScopeFacts {
    const body = child(fn, 'body');
    const block = body?.type === 'BlockStatement' ? body : undefined;
    const declared = block === undefined ? [] : childrenOfType(block, 'body', FUNCTION_DECLARATION);
    const scan = new ScopeScan(fn.tree);
    if (body !== undefined && (declared.length > 0 || this.#warnsOf(fn))) scan.visit(body.index);
    const isAsm = block !== undefined && directives(block).some(each => text(each, 'directive') === 'use asm');
    return { skip: skipReason(fn, { isAsm, declared, scan }), cancelsReturns: scan.cancelsReturns };
  }

  #warnsOf({ start, end }: Node): boolean {
    const last = this.#warnings[lastUpTo(this.#warnings, end - 1)];
    return last !== undefined && last >= start && last < end;
  }
}

function isWarning(tree: SyntaxTree, index: number): boolean {
  const kind = tree.textOf(index, 'kind');
  return kind === undefined
    ? tree.typeOf(index) === 'WithStatement' || tree.nodesIn(index, 'finalizer').length > 0
    : kind === 'await using';
}

interface OwnScope {
  readonly isAsm: boolean;
  readonly declared: readonly Node[];
  readonly scan: ScopeScan;
}

function skipReason(fn: Node, { isAsm, declared, scan }: OwnScope): SkipReason | undefined {
  if (scan.usesWith) return 'with statement';
  if (scan.awaitsDisposal) return 'await using';
  if (isAsm) return 'asm.js';
  return isUnmovable(fn, declared, scan) ? 'function declaration that a block would hide' : undefined;
}

// The edit puts the body into a block. A function declared there is then a block's: twice the same name, or the
// name of a variable or parameter beside it, would mean something else or nothing at all.
function isUnmovable(fn: Node, declared: readonly Node[], scan: ScopeScan): boolean {
  if (declared.length === 0) return false;
  const names = declared.map(statement => text(child(statement, 'id'), 'name') ?? '');
  const taken = new Set([...scan.variables, ...parameterNames(fn), 'arguments']);
  return scan.callsEval || new Set(names).size < names.length || names.some(name => taken.has(name));
}

const CANCELLING = new Tags(['ReturnStatement', 'BreakStatement', 'ContinueStatement']);
const TRY = new Tags(['TryStatement']);
const WITH = new Tags(['WithStatement']);
const CALL = new Tags(['CallExpression']);
const DECLARATION = new Tags(['VariableDeclaration']);

class ScopeScan {
  usesWith = false;
  awaitsDisposal = false;
  cancelsReturns = false;
  callsEval = false;
  readonly variables: string[] = [];
  readonly #tree: SyntaxTree;
  #finalizers = 0;

  constructor(tree: SyntaxTree) {
    this.#tree = tree;
  }

  visit(index: number): void {
    if (this.#tree.isFunction(index)) return;
    const tag = this.#tree.tagOf(index);
    if (WITH.has(tag)) this.usesWith = true;
    else if (CALL.has(tag)) this.#noteCall(this.#tree.node(index));
    else if (DECLARATION.has(tag)) this.#noteDeclaration(this.#tree.node(index));
    else if (CANCELLING.has(tag) && this.#finalizers > 0) this.cancelsReturns = true;
    if (TRY.has(tag)) this.#visitTry(this.#tree.node(index));
    else this.#tree.visitChildren(index, this);
  }

  #visitTry(node: Node): void {
    for (const part of [child(node, 'block'), child(node, 'handler')]) if (part !== undefined) this.visit(part.index);
    const finalizer = child(node, 'finalizer');
    if (finalizer === undefined) return;
    this.#finalizers++;
    this.visit(finalizer.index);
    this.#finalizers--;
  }

  #noteCall(node: Node): void {
    if (text(child(node, 'callee'), 'name') === 'eval') this.callsEval = true;
  }

  #noteDeclaration(node: Node): void {
    const kind = text(node, 'kind');
    if (kind === 'await using') this.awaitsDisposal = true;
    if (kind !== 'var') return;
    for (const declarator of children(node, 'declarations')) addBoundNames(child(declarator, 'id'), this.variables);
  }
}
