import type { Edit } from './edits.ts';
import { child, children, type Node, text } from './node.ts';
import { capture, closing, opening, resumption, RUNTIME, type Scope, suspends, suspension, thrownAt } from './scope.ts';
import { resumePoint } from './resume-point.ts';
import { schedules } from './schedules.ts';

/**
 * Collects the edits of one file. Starts are written on the way down and ends on the way up, so edits at one
 * position come out nested.
 */
export class FunctionEdits {
  readonly list: Edit[] = [];
  readonly #source: string;
  /** The ancestors of the node being visited, kept by the walk. */
  readonly #path: readonly Node[];
  readonly #onLeave = new Map<Node, string[]>();
  readonly #statementStarts = new Set<number>();
  #resumptions = 0;

  constructor(source: string, path: readonly Node[]) {
    this.#source = source;
    this.#path = path;
  }

  open(scope: Scope, parameters: readonly string[]): void {
    const body = child(scope.fn, 'body');
    if (body === undefined) return;
    const start = opening(scope, parameters);
    const { functionIndex } = scope;
    if (body.type === 'BlockStatement') {
      const directive = children(body, 'body').findLast(statement => text(statement, 'directive') !== undefined);
      this.list.push({ at: directive?.end ?? body.start + 1, text: directive ? `;${start}` : start, functionIndex });
    } else {
      this.list.push({ at: body.start, text: `{${start}return ${capture(scope)}`, functionIndex });
    }
  }

  close(scope: Scope): void {
    const body = child(scope.fn, 'body');
    if (body === undefined) return;
    if (body.type !== 'BlockStatement') this.#insert(body.end, `)${closing(scope)}}`);
    else
      this.#insert(body.end - 1, `${scope.cancelsReturns ? `;(${scope.frame}||{}).v=void 0;` : ''}${closing(scope)}`);
  }

  /** Edits a node of a traced function's own scope before its children are visited. */
  enter(scope: Scope, node: Node): void {
    switch (node.type) {
      case 'ExpressionStatement':
        this.#statementStarts.add(node.start);
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
        if (suspends(scope)) this.#resumeInHandlers(scope, node);
        break;
      case 'ForOfStatement':
        if (node['await'] === true) this.#aroundAsyncLoop(scope, node);
        break;
      case 'CallExpression':
        this.#aroundScheduling(scope, node);
        break;
    }
  }

  /** Writes what was left for the end of a node, the innermost first. */
  leave(node: Node): void {
    const texts = this.#onLeave.get(node);
    if (texts === undefined) return;
    for (const later of texts.toReversed()) this.#insert(node.end, later);
    this.#onLeave.delete(node);
  }

  #insert(at: number, inserted: string): void {
    this.list.push({ at, text: inserted });
  }

  #atEnd(node: Node, inserted: string): void {
    const texts = this.#onLeave.get(node);
    if (texts === undefined) this.#onLeave.set(node, [inserted]);
    else texts.push(inserted);
  }

  #around(node: Node, before: string, after: string): void {
    const glued = /[\w$]/.test(this.#source.charAt(node.start - 1)) && /^[\w$/]/.test(before);
    this.#insert(node.start, glued ? ` ${before}` : before);
    this.#atEnd(node, after);
  }

  /** A list of the value and what is to happen after it. A statement may not begin with a bracket: no semicolon
   * need stand before it. */
  #followedBy(node: Node, after: string): void {
    const prefix = this.#statementStarts.has(node.start) ? 'void 0,[' : '[';
    this.#around(node, prefix, `,${after}][0]`);
  }

  #captureResult(scope: Scope, node: Node): void {
    const value = child(node, 'argument');
    if (value === undefined) {
      if (scope.cancelsReturns) this.#insert(node.start + 'return'.length, ` ${capture(scope)}void 0)`);
      return;
    }
    // An async generator awaits what it returns.
    const awaited = scope.isAsync && scope.isGenerator;
    this.#around(
      value,
      awaited ? `${capture(scope)}[(` : capture(scope),
      awaited ? `),${suspension(scope)}][0])` : ')',
    );
  }

  // A new error carries its position in its stack; any other value may have been made elsewhere.
  #notePosition(scope: Scope, node: Node): void {
    const value = child(node, 'argument');
    if (value === undefined || value.type === 'NewExpression') return;
    this.#around(value, `[(`, `)${thrownAt(scope, node.start)}`);
  }

  #aroundSuspension(scope: Scope, node: Node): void {
    this.#resumeAfter(scope, node);
    const value = child(node, 'argument');
    if (value === undefined) {
      this.#insert(node.start + 'yield'.length, ` (${suspension(scope)},void 0)`);
    } else if (node['delegate'] === true) {
      this.#around(value, this.#watched(scope), '))');
    } else {
      this.#around(value, '[(', `),${suspension(scope)}][0]`);
    }
  }

  /** Opens a call that keeps the current call right while an iterator works on its own. */
  #watched({ frame }: Scope): string {
    return `(${frame}?v=>${frame}.i(v):v=>v)((`;
  }

  #resumeAfter(scope: Scope, node: Node): void {
    const point = resumePoint(node, this.#path);
    switch (point.place) {
      case 'after':
        this.#followedBy(point.node, resumption(scope));
        break;
      case 'first argument':
        this.#around(point.node, `(${resumption(scope)},`, ')');
        break;
      case 'no arguments':
        this.#insert(point.node.end - 1, `...(${resumption(scope)},[])`);
        break;
      case 'declarator':
        this.#atEnd(point.node, `,${RUNTIME}r${this.#resumptions++}=${resumption(scope)}`);
        break;
      case 'spread':
        this.#atEnd(point.node, `,...(${resumption(scope)},[])`);
        break;
      case 'loop':
        this.#resumeInLoop(scope, point.node);
        break;
      case 'statement':
        this.#atEnd(point.node, `;${resumption(scope)};`);
        break;
      case 'nowhere':
        break;
    }
  }

  #resumeInLoop(scope: Scope, loop: Node): void {
    const body = child(loop, 'body');
    if (body === undefined) return;
    if (body.type === 'BlockStatement') this.#insert(body.start + 1, `${resumption(scope)};`);
    else this.#around(body, `{${resumption(scope)};`, '}');
  }

  #resumeInHandlers(scope: Scope, node: Node): void {
    const handler = child(node, 'handler');
    const blocks = [handler && child(handler, 'body'), child(node, 'finalizer')];
    for (const block of blocks) if (block !== undefined) this.#insert(block.start + 1, `${resumption(scope)};`);
  }

  #aroundAsyncLoop(scope: Scope, node: Node): void {
    const source = child(node, 'right');
    if (source === undefined) return;
    const outermost = this.#labelled(node);
    this.#insert(outermost.start, '{');
    this.#atEnd(outermost, `${resumption(scope)}}`);
    this.#around(source, this.#watched(scope), '))');
    this.#resumeInLoop(scope, node);
  }

  /** A label must stand directly before its loop, so what goes around the loop goes around its labels. */
  #labelled(node: Node): Node {
    let outermost = node;
    for (const ancestor of this.#path.toReversed()) {
      if (ancestor.type !== 'LabeledStatement') break;
      outermost = ancestor;
    }
    return outermost;
  }

  #aroundScheduling(scope: Scope, node: Node): void {
    const chain = schedules(node, this.#path, this.#source);
    if (chain === undefined) return;
    const { frame } = scope;
    const prefix = this.#statementStarts.has(chain.start) ? 'void 0,' : '';
    this.#around(chain, `${prefix}[${frame}&&${frame}.c(),`, `,${frame}&&${frame}.d()][1]`);
  }
}
