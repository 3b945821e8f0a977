import { child, children, type Node } from './node.ts';

/** Where a function that was suspended can say that it runs again. */
export type ResumePoint =
  | {
      readonly place: 'after' | 'first argument' | 'no arguments' | 'declarator' | 'spread' | 'loop' | 'statement';
      readonly node: Node;
    }
  | { readonly place: 'nowhere' };

const TRANSPARENT = new Set([
  'ParenthesizedExpression',
  'ChainExpression',
  'TSNonNullExpression',
  'TSAsExpression',
  'TSSatisfiesExpression',
]);

/**
 * The earliest place after `node` (an await or a yield) that changes no error message: V8 quotes the source of what
 * is called, taken apart or iterated, so nothing may stand inside such a piece.
 */
export function resumePoint(node: Node, path: readonly Node[]): ResumePoint {
  let top = node;
  let index = path.length - 1;
  for (; index >= 0; index--) {
    const parent = path[index];
    if (parent === undefined || !(TRANSPARENT.has(parent.type) || isObjectOf(parent, top))) break;
    top = parent;
  }
  const parent = path[index];
  return parent === undefined ? { place: 'after', node: top } : pointIn(parent, top, path.slice(0, index));
}

function isObjectOf(parent: Node, node: Node): boolean {
  return parent.type === 'MemberExpression' && child(parent, 'object') === node;
}

function pointIn(parent: Node, top: Node, above: readonly Node[]): ResumePoint {
  switch (parent.type) {
    case 'CallExpression':
    case 'NewExpression':
      return child(parent, 'callee') === top ? beforeCall(parent) : { place: 'after', node: top };
    case 'AssignmentExpression':
      return inAssignment(parent, top);
    case 'UpdateExpression':
      return { place: 'after', node: parent };
    case 'UnaryExpression':
      return { place: 'after', node: parent['operator'] === 'delete' ? parent : top };
    case 'VariableDeclarator':
      return isPattern(child(parent, 'id')) ? { place: 'declarator', node: parent } : { place: 'after', node: top };
    case 'SpreadElement':
      return { place: 'spread', node: parent };
    case 'ForOfStatement':
      return parent['await'] === true ? { place: 'after', node: top } : { place: 'loop', node: parent };
    case 'AssignmentPattern':
    case 'TaggedTemplateExpression':
    case 'ForInStatement':
    case 'ArrayPattern':
    case 'RestElement':
      return afterStatement([...above, parent]);
    case 'Property':
      return above.at(-1)?.type === 'ObjectPattern' ? afterStatement(above) : { place: 'after', node: top };
    default:
      return { place: 'after', node: top };
  }
}

function inAssignment(assignment: Node, top: Node): ResumePoint {
  const value = child(assignment, 'right');
  if (child(assignment, 'left') === top && value !== undefined) return { place: 'first argument', node: value };
  return isPattern(child(assignment, 'left')) ? { place: 'after', node: assignment } : { place: 'after', node: top };
}

function beforeCall(call: Node): ResumePoint {
  const [first] = children(call, 'arguments');
  if (first !== undefined) {
    const value = first.type === 'SpreadElement' ? child(first, 'argument') : first;
    return value === undefined ? { place: 'nowhere' } : { place: 'first argument', node: value };
  }
  const hasParentheses = child(call, 'callee')?.end !== call.end;
  return hasParentheses ? { place: 'no arguments', node: call } : { place: 'after', node: call };
}

function isPattern(node: Node | undefined): boolean {
  return node?.type === 'ObjectPattern' || node?.type === 'ArrayPattern';
}

const LISTS = new Set(['BlockStatement', 'SwitchCase']);
const PLAIN = new Set(['ExpressionStatement', 'VariableDeclaration', 'ForOfStatement']);

function afterStatement(path: readonly Node[]): ResumePoint {
  for (let index = path.length - 1; index > 0; index--) {
    const node = path[index];
    if (node !== undefined && PLAIN.has(node.type) && LISTS.has(path[index - 1]?.type ?? '')) {
      return { place: 'statement', node };
    }
  }
  return { place: 'nowhere' };
}
