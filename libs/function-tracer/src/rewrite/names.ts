import { child, flag, type Node, text } from './node.ts';

/** What a function is called in the trace. */
export interface FunctionName {
  readonly name: string;
  /** The class or object that it belongs to, if it is a method. */
  readonly owner?: string;
}

const ANONYMOUS = '<anonymous>';

/** Names a function as V8 would, from what surrounds it; `path` holds its ancestors, the nearest last. */
export function nameOf(fn: Node, path: readonly Node[]): FunctionName {
  const own = text(child(fn, 'id'), 'name');
  if (own !== undefined) return { name: own };
  const index = skipParens(path, path.length - 1);
  const parent = path[index];
  if (parent === undefined) return { name: ANONYMOUS };
  return fromParent(parent, path.slice(0, index)) ?? { name: ANONYMOUS };
}

function fromParent(parent: Node, above: readonly Node[]): FunctionName | undefined {
  switch (parent.type) {
    case 'MethodDefinition':
    case 'PropertyDefinition':
    case 'AccessorProperty':
      return { name: memberName(parent), owner: classNameOf(above) };
    case 'Property':
      return property(parent, above);
    case 'VariableDeclarator':
      return named(text(child(parent, 'id'), 'name'));
    case 'AssignmentExpression':
    case 'AssignmentPattern':
      return target(child(parent, 'left'));
    case 'ExportDefaultDeclaration':
      return { name: 'default' };
    default:
      return undefined;
  }
}

function property(parent: Node, above: readonly Node[]): FunctionName {
  const owner = objectNameOf(above);
  return owner === undefined ? { name: memberName(parent) } : { name: memberName(parent), owner };
}

function memberName(member: Node): string {
  const kind = text(member, 'kind');
  const name = kind === 'constructor' ? 'constructor' : keyName(child(member, 'key'), flag(member, 'computed'));
  const accessor = kind === 'get' || kind === 'set' ? `${kind} ` : '';
  return accessor + name;
}

function keyName(key: Node | undefined, computed: boolean): string {
  if (key === undefined) return ANONYMOUS;
  if (key.type === 'PrivateIdentifier') return `#${text(key, 'name') ?? ''}`;
  const literal = text(key, 'value') ?? numberName(text(key, 'number'));
  if (literal !== undefined) return literal;
  const dotted = dottedName(key);
  if (dotted === undefined) return '[computed]';
  return computed ? `[${dotted}]` : dotted;
}

function numberName(written: string | undefined): string | undefined {
  return written === undefined ? undefined : String(Number(written.replaceAll('_', '')));
}

function target(left: Node | undefined): FunctionName | undefined {
  if (left?.type !== 'MemberExpression') return named(text(left, 'name'));
  const name = keyName(child(left, 'property'), flag(left, 'computed'));
  const object = child(left, 'object');
  const owner = object === undefined ? undefined : ownerOf(object);
  if (name === 'exports' && owner === 'module') return { name: 'module.exports' };
  return owner === undefined || owner === 'exports' || owner === 'this' ? { name } : { name, owner };
}

function ownerOf(object: Node): string | undefined {
  return dottedName(object)
    ?.replace(/\.prototype$/, '')
    .replace(/^module\.exports$/, 'exports');
}

/** `a.b.c` as written, or undefined for what is not plain names. */
export function dottedName(node: Node): string | undefined {
  if (node.type === 'ThisExpression') return 'this';
  if (node.type === 'Identifier') return text(node, 'name');
  if (node.type !== 'MemberExpression' || flag(node, 'computed')) return undefined;
  const object = child(node, 'object');
  const owner = object === undefined ? undefined : dottedName(object);
  const name = text(child(node, 'property'), 'name');
  return owner === undefined || name === undefined ? undefined : `${owner}.${name}`;
}

function classNameOf(above: readonly Node[]): string {
  const index = above.findLastIndex(node => node.type === 'ClassDeclaration' || node.type === 'ClassExpression');
  const found = above[index];
  if (found === undefined) return ANONYMOUS;
  const own = text(child(found, 'id'), 'name');
  return own ?? heldBy(above, index) ?? ANONYMOUS;
}

function objectNameOf(above: readonly Node[]): string | undefined {
  const index = above.length - 1;
  return above[index]?.type === 'ObjectExpression' ? heldBy(above, index) : undefined;
}

/** The name of the variable or property that holds the value at `index`. */
function heldBy(path: readonly Node[], index: number): string | undefined {
  const at = skipParens(path, index - 1);
  const holder = path[at];
  return holder === undefined ? undefined : fromParent(holder, path.slice(0, at))?.name;
}

function skipParens(path: readonly Node[], from: number): number {
  let index = from;
  while (path[index] !== undefined && TRANSPARENT.has(path[index]?.type ?? '')) index--;
  return index;
}

const TRANSPARENT = new Set([
  'ParenthesizedExpression',
  'TSAsExpression',
  'TSSatisfiesExpression',
  'TSNonNullExpression',
]);

function named(name: string | undefined): FunctionName | undefined {
  return name === undefined ? undefined : { name };
}
