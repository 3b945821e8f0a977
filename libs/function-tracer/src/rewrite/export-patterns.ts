import { dottedName } from './names.ts';
import { child, children, flag, isFunction, type Node, text } from './node.ts';

/**
 * Whether the function is part of a pattern by which Node, without running a CommonJS module, finds the names that it
 * exports. With anything in between, `import { name }` of that module would be refused.
 */
export function isExportPattern(fn: Node, path: readonly Node[]): boolean {
  const parent = path.at(-1);
  if (parent?.type === 'Property') return isGetter(fn, parent) && isExportDefinition(path.at(-3), path.at(-2));
  return parent?.type === 'CallExpression' && isReexportLoop(fn, parent, path);
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

/** `Object.keys(other).forEach(function (key) { if (key === "default" …) … })`, in no braces of the module. */
function isReexportLoop(fn: Node, call: Node, path: readonly Node[]): boolean {
  const callee = child(call, 'callee');
  const keys = callee && child(callee, 'object');
  if (callee === undefined || keys === undefined || calleeOf(keys) !== 'Object.keys') return false;
  if (text(child(callee, 'property'), 'name') !== 'forEach' || path.some(hasBraces)) return false;
  return isPlainFunction(fn) && setsDefaultApart(fn);
}

function hasBraces(node: Node): boolean {
  return isFunction(node) || BRACES.has(node.type);
}

const BRACES = new Set(['BlockStatement', 'ClassBody', 'ObjectExpression', 'SwitchStatement']);

/** `function (…) {`: with a name, `async` or `*` it is none of the patterns. */
function isPlainFunction(fn: Node): boolean {
  const isUsual = !flag(fn, 'async') && !flag(fn, 'generator') && child(fn, 'id') === undefined;
  return fn.type === 'FunctionExpression' && isUsual;
}

/** Whether it begins by comparing its parameter with the name that no module passes on. */
function setsDefaultApart(fn: Node): boolean {
  const [statement] = children(child(fn, 'body') ?? fn, 'body');
  if (statement?.type !== 'IfStatement') return false;
  let compared = child(statement, 'test');
  while (compared?.type === 'LogicalExpression') compared = child(compared, 'left');
  if (compared?.type !== 'BinaryExpression' || text(child(compared, 'right'), 'value') !== 'default') return false;
  const key = text(child(compared, 'left'), 'name');
  return key !== undefined && key === text(children(fn, 'params')[0], 'name');
}

function calleeOf(call: Node): string | undefined {
  const callee = child(call, 'callee');
  return callee && dottedName(callee);
}
