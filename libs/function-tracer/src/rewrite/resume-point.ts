import { child, children, flag, type Node, text } from './node.ts';

/** Where a function that was suspended can say that it runs again. */
export interface ResumePoint {
  readonly place: 'after' | 'first argument' | 'no arguments' | 'declarator' | 'spread' | 'loop';
  readonly node: Node;
}

const TRANSPARENT = new Set([
  'ParenthesizedExpression',
  'ChainExpression',
  'TSNonNullExpression',
  'TSAsExpression',
  'TSSatisfiesExpression',
]);

/**
 * The earliest place after `node` (an await or a yield) that changes no error message: V8 quotes the source of what
 * is called, taken apart or iterated, so nothing may stand inside such a piece. Where that place may be passed over, as
 * by `?.`, the earliest one beyond follows.
 */
export function resumePoints(node: Node, path: readonly Node[]): readonly ResumePoint[] {
  let top = node;
  let isOptional = false;
  let index = path.length - 1;
  for (; index >= 0; index--) {
    const parent = path[index];
    if (parent === undefined || !(TRANSPARENT.has(parent.type) || isObjectOf(parent, top))) break;
    top = parent;
    isOptional = top.type !== 'ChainExpression' && (isOptional || flag(top, 'optional'));
  }
  const parent = path[index];
  if (parent === undefined) return [{ place: 'after', node: top }];
  const above = path.slice(0, index);
  if (child(parent, 'callee') === top) return aroundCall(parent, above, isOptional || flag(parent, 'optional'));
  return pointsIn(parent, top, above);
}

function isObjectOf(parent: Node, node: Node): boolean {
  return parent.type === 'MemberExpression' && child(parent, 'object') === node;
}

function aroundCall(call: Node, above: readonly Node[], isOptional: boolean): readonly ResumePoint[] {
  const before = beforeCall(call);
  if (!isOptional) return before;
  const index = above.findLastIndex(({ type }) => type === 'ChainExpression');
  const chain = above[index];
  return chain === undefined ? before : [...before, ...resumePoints(chain, above.slice(0, index))];
}

function beforeCall(call: Node): readonly ResumePoint[] {
  const [first] = children(call, 'arguments');
  if (first !== undefined) {
    const value = first.type === 'SpreadElement' ? child(first, 'argument') : first;
    return value === undefined ? [] : [{ place: 'first argument', node: value }];
  }
  const hasParentheses = child(call, 'callee')?.end !== call.end;
  return [{ place: hasParentheses ? 'no arguments' : 'after', node: call }];
}

function pointsIn(parent: Node, top: Node, above: readonly Node[]): readonly ResumePoint[] {
  switch (parent.type) {
    case 'AssignmentExpression':
      return inAssignment(parent, top, above);
    case 'UpdateExpression':
      return [{ place: 'after', node: parent }];
    case 'UnaryExpression':
      return [{ place: 'after', node: text(parent, 'operator') === 'delete' ? parent : top }];
    case 'TaggedTemplateExpression':
      return resumePoints(parent, above);
    case 'VariableDeclarator':
      return [isPattern(child(parent, 'id')) ? { place: 'declarator', node: parent } : { place: 'after', node: top }];
    case 'SpreadElement':
      return [{ place: 'spread', node: parent }];
    case 'ForInStatement':
    case 'ForOfStatement':
      return isIterated(parent, top) ? [{ place: 'after', node: top }] : inLoop(parent);
    case 'AssignmentPattern':
    case 'ArrayPattern':
    case 'RestElement':
      return afterPattern([...above, parent]);
    case 'Property':
      return above.at(-1)?.type === 'ObjectPattern' ? afterPattern(above) : [{ place: 'after', node: top }];
    default:
      return [{ place: 'after', node: top }];
  }
}

function inAssignment(assignment: Node, top: Node, above: readonly Node[]): readonly ResumePoint[] {
  const value = child(assignment, 'right');
  if (child(assignment, 'left') === top && value !== undefined) {
    const isLogical = LOGICAL.has(text(assignment, 'operator') ?? '');
    return [{ place: 'first argument', node: value }, ...(isLogical ? resumePoints(assignment, above) : [])];
  }
  return [{ place: 'after', node: isPattern(child(assignment, 'left')) ? assignment : top }];
}

const LOGICAL = new Set(['&&=', '||=', '??=']);

function isPattern(node: Node | undefined): boolean {
  return node?.type === 'ObjectPattern' || node?.type === 'ArrayPattern';
}

/** What `for…in` goes through is not quoted, and what `for await` goes through is watched. */
function isIterated(loop: Node, node: Node): boolean {
  return child(loop, 'right') === node && (loop.type === 'ForInStatement' || flag(loop, 'await'));
}

// A `for await` says it by itself, whatever stands in its head.
function inLoop(loop: Node): readonly ResumePoint[] {
  return flag(loop, 'await') ? [] : [{ place: 'loop', node: loop }];
}

const IN_PATTERN = new Set(['AssignmentPattern', 'ObjectPattern', 'ArrayPattern', 'RestElement', 'Property']);

/** Once the whole pattern that ends the path has been taken apart. */
function afterPattern(path: readonly Node[]): readonly ResumePoint[] {
  const index = path.findLastIndex(({ type }) => !IN_PATTERN.has(type));
  const holder = path[index];
  switch (holder?.type) {
    case 'VariableDeclarator':
      return child(holder, 'init') === undefined
        ? declaredByLoop(path[index - 2])
        : [{ place: 'declarator', node: holder }];
    case 'AssignmentExpression':
      return [{ place: 'after', node: holder }];
    case 'ForInStatement':
    case 'ForOfStatement':
      return inLoop(holder);
    default:
      return []; // That of a `catch`, whose block says it by itself.
  }
}

function declaredByLoop(loop: Node | undefined): readonly ResumePoint[] {
  return loop === undefined ? [] : inLoop(loop);
}
