import { boundNames, parameterNames } from './parameters.ts';
import { child, children, isFunction, isNode, type Node, text } from './node.ts';

/** Why a function is left alone. */
export type SkipReason =
  'opt-out comment' | 'asm.js' | 'await using' | 'with statement' | 'function declaration that a block would hide';

/** What the rewriter must know of a function before it edits it: its own scope, not that of functions inside. */
export interface ScopeFacts {
  readonly skip: SkipReason | undefined;
  /** A `finally` that may cancel a return, so that a captured result may turn out not to be one. */
  readonly cancelsReturns: boolean;
}

/** Reads a function's own scope. */
export function scopeFacts(fn: Node): ScopeFacts {
  const scan = new ScopeScan();
  const body = child(fn, 'body');
  if (body !== undefined) scan.visit(body);
  return { skip: skipReason(fn, scan), cancelsReturns: scan.cancelsReturns };
}

function skipReason(fn: Node, scan: ScopeScan): SkipReason | undefined {
  if (scan.usesWith) return 'with statement';
  if (scan.awaitsDisposal) return 'await using';
  const body = child(fn, 'body');
  if (body?.type !== 'BlockStatement') return undefined;
  if (children(body, 'body').some(statement => text(statement, 'directive') === 'use asm')) return 'asm.js';
  return declaresUnmovable(fn, body, scan) ? 'function declaration that a block would hide' : undefined;
}

// The edit puts the body into a block. A function declared there is then a block's: twice the same name, or the
// name of a variable or parameter beside it, would mean something else or nothing at all.
function declaresUnmovable(fn: Node, body: Node, scan: ScopeScan): boolean {
  const declared = children(body, 'body')
    .filter(statement => statement.type === 'FunctionDeclaration')
    .map(statement => text(child(statement, 'id'), 'name') ?? '');
  if (declared.length === 0) return false;
  const taken = new Set([...scan.variables, ...parameterNames(fn), 'arguments']);
  return scan.callsEval || new Set(declared).size < declared.length || declared.some(name => taken.has(name));
}

const CANCELLING = new Set(['ReturnStatement', 'BreakStatement', 'ContinueStatement']);

class ScopeScan {
  usesWith = false;
  awaitsDisposal = false;
  cancelsReturns = false;
  callsEval = false;
  readonly variables: string[] = [];
  #finalizers = 0;

  visit(node: Node): void {
    this.#note(node);
    for (const field in node) this.#visitField(node, field);
  }

  #visitField(node: Node, field: string): void {
    const value = node[field];
    if (typeof value !== 'object' || value === null) return;
    const finalizer = field === 'finalizer';
    if (finalizer) this.#finalizers++;
    if (Array.isArray(value)) for (const item of value) this.#visitNested(item);
    else this.#visitNested(value);
    if (finalizer) this.#finalizers--;
  }

  #visitNested(value: unknown): void {
    if (isNode(value) && !isFunction(value)) this.visit(value);
  }

  #note(node: Node): void {
    if (node.type === 'WithStatement') this.usesWith = true;
    if (node.type === 'CallExpression' && text(child(node, 'callee'), 'name') === 'eval') this.callsEval = true;
    if (this.#finalizers > 0 && CANCELLING.has(node.type)) this.cancelsReturns = true;
    if (node.type !== 'VariableDeclaration') return;
    if (node['kind'] === 'await using') this.awaitsDisposal = true;
    if (node['kind'] !== 'var') return;
    for (const declarator of children(node, 'declarations')) {
      const id = child(declarator, 'id');
      if (id !== undefined) this.variables.push(...boundNames(id));
    }
  }
}
