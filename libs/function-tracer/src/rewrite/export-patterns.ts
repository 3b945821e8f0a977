import { dottedName } from './names.ts';
import { child, children, type Node, text } from './node.ts';

/**
 * Whether the function is part of a pattern by which Node, without running a CommonJS module, finds the names that it
 * exports. With anything in between, `import { name }` of that module would be refused.
 */
export function isExportPattern(fn: Node, path: readonly Node[]): boolean {
  const parent = path.at(-1);
  if (parent?.type === 'Property') return isGetter(fn, parent) && isExportDefinition(path.at(-3), path.at(-2));
  return parent?.type === 'CallExpression' && isReexportLoop(fn, parent);
}

/** `get: function () { return name; }`, in which the value may be one property further. */
function isGetter(fn: Node, property: Node): boolean {
  const [statement, next] = children(child(fn, 'body') ?? fn, 'body');
  const isReturn = statement?.type === 'ReturnStatement' && next === undefined;
  if (!isReturn || text(child(property, 'key'), 'name') !== 'get') return false;
  const value = child(statement, 'argument');
  return value?.type === 'Identifier' || (value !== undefined && child(value, 'object')?.type === 'Identifier');
}

function isExportDefinition(call: Node | undefined, descriptor: Node | undefined): boolean {
  if (call?.type !== 'CallExpression' || calleeOf(call) !== 'Object.defineProperty') return false;
  const [target, , last] = children(call, 'arguments');
  return last === descriptor && target !== undefined && EXPORTS.has(dottedName(target) ?? '');
}

const EXPORTS = new Set(['exports', 'module.exports']);

/** `Object.keys(other).forEach(function (key) { if (key …) … })` */
function isReexportLoop(fn: Node, call: Node): boolean {
  const callee = child(call, 'callee');
  const keys = callee && child(callee, 'object');
  if (callee === undefined || keys === undefined || calleeOf(keys) !== 'Object.keys') return false;
  const [statement] = children(child(fn, 'body') ?? fn, 'body');
  return text(child(callee, 'property'), 'name') === 'forEach' && statement?.type === 'IfStatement';
}

function calleeOf(call: Node): string | undefined {
  const callee = child(call, 'callee');
  return callee && dottedName(callee);
}
