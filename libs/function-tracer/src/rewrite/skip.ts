import { lastUpTo } from './edits.ts';
import { addBoundNames, parameterNames } from './parameters.ts';
import { child, children, isFunction, isNode, type Node, text } from './node.ts';

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

// None of them can be written with an escape.
const WARNING_WORDS = /\b(?:with|using|finally)\b/g;

/** Reads functions' own scopes, of one file. Most hold nothing to be found out, which the text alone tells. */
export class ScopeReader {
  readonly #warnings: readonly number[];

  constructor(source: string) {
    this.#warnings = Array.from(source.matchAll(WARNING_WORDS), ({ index }) => index);
  }

  facts(fn: Node): ScopeFacts {
    const body = child(fn, 'body');
    const statements = body?.type === 'BlockStatement' ? children(body, 'body') : [];
    const declared = statements.filter(({ type }) => type === 'FunctionDeclaration');
    const scan = new ScopeScan();
    if (body !== undefined && (declared.length > 0 || this.#warnsOf(fn))) scan.visit(body);
    return { skip: skipReason(fn, { statements, declared, scan }), cancelsReturns: scan.cancelsReturns };
  }

  #warnsOf({ start, end }: Node): boolean {
    const last = this.#warnings[lastUpTo(this.#warnings, end - 1)];
    return last !== undefined && last >= start && last < end;
  }
}

interface OwnScope {
  readonly statements: readonly Node[];
  readonly declared: readonly Node[];
  readonly scan: ScopeScan;
}

function skipReason(fn: Node, { statements, declared, scan }: OwnScope): SkipReason | undefined {
  if (scan.usesWith) return 'with statement';
  if (scan.awaitsDisposal) return 'await using';
  if (statements.some(statement => text(statement, 'directive') === 'use asm')) return 'asm.js';
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
      addBoundNames(child(declarator, 'id'), this.variables);
    }
  }
}
