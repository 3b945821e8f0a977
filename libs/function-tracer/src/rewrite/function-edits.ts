import type { Edit } from './edits.ts';
import { child, directives, flag, type Node } from './node.ts';
import {
  capture,
  closing,
  opening,
  resumption,
  RUNTIME,
  type Scope,
  suspends,
  suspension,
  throwNote,
} from './scope.ts';
import { Tags } from './node-layouts.ts';
import { type ResumePoint, resumePoints } from './resume-point.ts';
import { schedules } from './schedules.ts';

/**
 * Collects the edits of one file. Starts are written on the way down and ends on the way up, so edits at one
 * position come out nested.
 */
export class FunctionEdits {
  readonly list: Edit[] = [];
  readonly #source: string;
  /** The ancestors of the node being visited. */
  readonly #path: () => readonly Node[];
  readonly #onLeave = new Map<number, Edit[]>();
  /** By the start of the expression that it evaluates first: V8 lays what fails there at the statement's door. */
  readonly #statementOf = new Map<number, number>();
  #resumptions = 0;

  constructor(source: string, path: () => readonly Node[]) {
    this.#source = source;
    this.#path = path;
  }

  open(scope: Scope, parameters: readonly string[]): void {
    const body = child(scope.fn, 'body');
    if (body === undefined) return;
    const start = opening(scope, parameters);
    const { functionIndex } = scope;
    if (body.type === 'BlockStatement') {
      const directive = directives(body).at(-1);
      this.list.push({ at: directive?.end ?? body.start + 1, text: directive ? `;${start}` : start, functionIndex });
    } else {
      const text = `{${start}return ${this.#saying(scope, body, capture(scope))[0]}`;
      this.list.push({ at: body.start, text, functionIndex });
    }
  }

  close(scope: Scope): void {
    const body = child(scope.fn, 'body');
    if (body === undefined) return;
    if (body.type === 'BlockStatement') this.#insert(body.end - 1, `${endOfBody(scope)}${closing(scope)}`);
    else this.#insert(body.end, `${this.#saying(scope, body, capture(scope))[1]}${closing(scope)}}`);
  }

  /** Edits a node of a traced function's own scope before its children are visited. */
  enter(scope: Scope, node: Node): void {
    switch (node.type) {
      case 'ExpressionStatement':
        this.#noteStatement(node);
        break;
      case 'ReturnStatement':
        this.#captureResult(scope, node);
        break;
      case 'ThrowStatement':
        this.#notePosition(scope, node);
        break;
      case 'AwaitExpression':
      case 'YieldExpression':
        this.#aroundSuspension(scope, node);
        break;
      case 'TryStatement':
        this.#resumeInHandlers(scope, node);
        break;
      case 'ForOfStatement':
        this.#aroundAsyncLoop(scope, node);
        break;
      case 'CallExpression':
        this.#aroundScheduling(scope, node);
        break;
    }
  }

  /** Whether `enter` has something to do for nodes with a tag. */
  static concern(tag: number): boolean {
    return CONCERNED.has(tag);
  }

  #noteStatement({ start }: Node): void {
    this.#statementOf.set(start, start);
  }

  #beginsStatement({ start }: Node): boolean {
    return this.#statementOf.get(start) === start;
  }

  /** Whether something was left for the end of a node. */
  get hasUnfinished(): boolean {
    return this.#onLeave.size > 0;
  }

  /** Writes what was left for the end of a node, the innermost first. */
  leave(index: number): void {
    const edits = this.#onLeave.get(index);
    if (edits === undefined) return;
    this.list.push(...edits.toReversed());
    this.#onLeave.delete(index);
  }

  #insert(at: number, inserted: string, origin = at): void {
    this.list.push({ at, text: inserted, origin });
  }

  #atEnd(node: Node, inserted: string, origin?: number): void {
    const edit = { at: node.end, text: inserted, origin: origin ?? node.end };
    const edits = this.#onLeave.get(node.index);
    if (edits === undefined) this.#onLeave.set(node.index, [edit]);
    else edits.push(edit);
  }

  /** `origin` is where V8 would see an error of what the edit stands for. */
  #around(node: Node, [before, after]: readonly [string, string], origin = node.start): void {
    const glued = /[\w$]/.test(this.#source.charAt(node.start - 1)) && /^[\w$/]/.test(before);
    this.#insert(node.start, glued ? ` ${before}` : before, origin);
    this.#atEnd(node, after, origin);
  }

  /**
   * What goes around a node for something to be said of its value, in a variable, before it goes on. V8 names functions
   * by the variable they are on their way to, so a node that holds any goes through a parameter instead.
   */
  #saying({ value }: Scope, node: Node, said: string): [before: string, after: string] {
    const holdsFunction = FUNCTION.test(this.#source.slice(node.start, node.end));
    return holdsFunction ? [`(${value}=>(${said},${value}))(`, ')'] : [`${value}=(`, `),${said},${value}`];
  }

  /** Lets something happen once a node has its value. A statement may not begin with a parenthesis: no semicolon need
   * stand before it. */
  #followedBy(scope: Scope, node: Node, said: string): void {
    const prefix = this.#beginsStatement(node) ? 'void 0,(' : '(';
    const [before, after] = this.#saying(scope, node, said);
    this.#around(node, [prefix + before, `${after})`]);
  }

  #captureResult(scope: Scope, node: Node): void {
    const value = child(node, 'argument');
    if (value === undefined) {
      if (scope.cancelsReturns) this.#insert(node.start + 'return'.length, ` ${forgetResult(scope)}`);
      return;
    }
    this.#statementOf.set(value.start, node.start);
    // An async generator awaits what it returns.
    const isAwaited = scope.isAsync && scope.isGenerator;
    const said = isAwaited ? `${capture(scope)},${suspension(scope)}` : capture(scope);
    this.#around(value, this.#saying(scope, value, said), node.start);
  }

  // A new error carries its position in its stack; any other value may have been made elsewhere.
  #notePosition(scope: Scope, node: Node): void {
    const value = child(node, 'argument');
    if (value === undefined || value.type === 'NewExpression') return;
    this.#around(value, this.#saying(scope, value, throwNote(scope, node.start)), node.start);
  }

  #aroundSuspension(scope: Scope, node: Node): void {
    this.#resumeAfter(scope, node);
    const value = child(node, 'argument');
    if (value === undefined) {
      this.#insert(node.start + 'yield'.length, ` (${suspension(scope)},void 0)`);
      return;
    }
    const delegates = flag(node, 'delegate');
    const said = delegates ? watched(scope) : suspension(scope);
    const origin = this.#statementOf.get(node.start) ?? (delegates ? this.#delegationOrigin(node, value) : node.start);
    const [before, after] = this.#saying(scope, value, said);
    this.#around(value, [`(${before}`, `${after})`], origin);
  }

  // A variable is read without a position of its own, so V8 names what stands before it.
  #delegationOrigin(node: Node, value: Node): number {
    const parent = this.#path().at(-1);
    if (value.type !== 'Identifier' || parent === undefined) return value.start;
    if (parent.type === 'VariableDeclarator') return node.start;
    return this.#statementOf.get(parent.start) ?? value.start;
  }

  #resumeAfter(scope: Scope, node: Node): void {
    for (const point of resumePoints(node, this.#path())) this.#resumeAt(scope, point);
  }

  #resumeAt(scope: Scope, { place, node }: ResumePoint): void {
    switch (place) {
      case 'after':
        this.#followedBy(scope, node, resumption(scope));
        break;
      case 'first argument':
        this.#around(node, [`(${resumption(scope)},`, ')']);
        break;
      case 'no arguments':
        this.#insert(node.end - 1, `...(${resumption(scope)},[])`);
        break;
      case 'declarator':
        this.#atEnd(node, `,${RUNTIME}r${this.#resumptions++}=${resumption(scope)}`);
        break;
      case 'spread':
        this.#atEnd(node, `,...(${resumption(scope)},[])`);
        break;
      case 'loop':
        // The body of a loop over nothing never runs.
        this.#besideLoop(node, ['', resumption(scope)]);
        this.#resumeInLoop(scope, node);
        break;
    }
  }

  #resumeInLoop(scope: Scope, loop: Node): void {
    const body = child(loop, 'body');
    if (body === undefined) return;
    if (body.type === 'BlockStatement') this.#insert(body.start + 1, `${resumption(scope)};`);
    else this.#around(body, [`{${resumption(scope)};`, '}']);
  }

  #resumeInHandlers(scope: Scope, node: Node): void {
    if (!suspends(scope)) return;
    const handler = child(node, 'handler');
    const blocks = [handler && child(handler, 'body'), child(node, 'finalizer')];
    for (const block of blocks) if (block !== undefined) this.#insert(block.start + 1, `${resumption(scope)};`);
  }

  #aroundAsyncLoop(scope: Scope, node: Node): void {
    const source = child(node, 'right');
    if (source === undefined || !flag(node, 'await')) return;
    this.#besideLoop(node, [this.#unlessIterable(source), resumption(scope)], source.start);
    const [before, after] = this.#saying(scope, source, watched(scope));
    this.#around(source, [`(${before}`, `${after})`]);
    this.#resumeInLoop(scope, node);
  }

  // V8 names in its message what is not iterable. Where that is a mere name, it is left to fail by itself.
  #unlessIterable(source: Node): string {
    if (source.type !== 'Identifier') return '';
    const name = this.#source.slice(source.start, source.end);
    return `if(typeof ${RUNTIME}=="object"&&${RUNTIME}.n(${name}))for await(const ${RUNTIME}n of ${name});`;
  }

  /**
   * Statements before and after a loop. In a list they need no block: Node, looking for exports, would take a regular
   * expression behind it for a division.
   */
  #besideLoop(loop: Node, [before, after]: readonly [string, string], origin = loop.start): void {
    const outermost = this.#labelled(loop);
    const isListed = LISTS.has(this.#parentOf(outermost)?.type ?? '');
    this.#insert(outermost.start, isListed ? before : `{${before}`, origin);
    this.#atEnd(outermost, isListed ? `;${after};` : `${after}}`);
  }

  /** A label must stand directly before its loop, so what goes beside the loop goes beside its labels. */
  #labelled(node: Node): Node {
    let outermost = node;
    for (const ancestor of this.#path().toReversed()) {
      if (ancestor.type === 'LabeledStatement' && child(ancestor, 'body') === outermost) outermost = ancestor;
    }
    return outermost;
  }

  /** Of an ancestor of the node being visited, or of that node itself. */
  #parentOf(node: Node): Node | undefined {
    const path = this.#path();
    const index = path.indexOf(node);
    return index === -1 ? path.at(-1) : path[index - 1];
  }

  #aroundScheduling(scope: Scope, node: Node): void {
    const chain = schedules(node, this.#path, this.#source);
    if (chain === undefined) return;
    const { frame } = scope;
    const prefix = this.#beginsStatement(chain) ? 'void 0,' : '';
    const [before, after] = this.#saying(scope, chain, `${frame}&&${frame}.d()`);
    this.#around(chain, [`${prefix}(${frame}&&${frame}.c(),${before}`, `${after})`]);
  }
}

const CONCERNED = new Tags([
  'ExpressionStatement',
  'ReturnStatement',
  'ThrowStatement',
  'AwaitExpression',
  'YieldExpression',
  'TryStatement',
  'ForOfStatement',
  'CallExpression',
]);

const LISTS = new Set(['BlockStatement', 'SwitchCase']);
const FUNCTION = /=>|\bfunction\b|\bclass\b/;

function forgetResult({ frame }: Scope): string {
  return `${frame}&&(${frame}.v=void 0),void 0`;
}

function endOfBody(scope: Scope): string {
  return scope.cancelsReturns ? `;${forgetResult(scope)};` : '';
}

/** Keeps the current call right while the iterator in the variable works on its own. */
function watched({ frame, value }: Scope): string {
  return `${frame}&&(${value}=${frame}.i(${value}))`;
}
