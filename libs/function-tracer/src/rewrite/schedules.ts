import { child, children, type Node, text } from './node.ts';

const SCHEDULERS = new Set([
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'nextTick',
  'then',
  'catch',
  'finally',
]);
const CALLBACK = /^(?:cb|callback|done|handler|listener)$|(?:Callback|Handler|Listener)$/;
const CHAIN = new Set(['MemberExpression', 'ChainExpression', 'CallExpression', 'ParenthesizedExpression']);

/**
 * A call that hands a function by name to run later: nothing ties that function's call to the one that scheduled it,
 * as the enclosing scope does for a function written in place. Answers the whole chain of calls it is part of.
 */
export function schedules(call: Node, pathTo: () => readonly Node[], source: string): Node | undefined {
  if (!handsOverByName(call)) return undefined;
  const path = pathTo();
  let chain = call;
  for (const parent of path.toReversed()) {
    const goesOn =
      CHAIN.has(parent.type) &&
      (child(parent, 'object') ?? child(parent, 'callee') ?? child(parent, 'expression')) === chain;
    if (!goesOn) break;
    chain = parent;
  }
  // Suspended halfway, the call would leave its mark on whoever runs meanwhile.
  if (/\b(?:await|yield)\b/.test(source.slice(chain.start, chain.end))) return undefined;
  const parent = path.findLast(node => node.start < chain.start || node.end > chain.end);
  return parent === undefined || isQuoted(parent, chain) ? undefined : chain;
}

function isQuoted(parent: Node, chain: Node): boolean {
  if (parent.type === 'AssignmentExpression') return child(parent, 'right') !== chain;
  if (parent.type === 'VariableDeclarator') return child(parent, 'id')?.type !== 'Identifier';
  return QUOTING.has(parent.type);
}

// V8 quotes these pieces of source in its messages, so they stay as they are; see resume-point.ts.
const QUOTING = new Set([
  'NewExpression',
  'TaggedTemplateExpression',
  'ForOfStatement',
  'SpreadElement',
  'AssignmentPattern',
  'UpdateExpression',
]);

function handsOverByName(call: Node): boolean {
  const values = children(call, 'arguments');
  if (!values.some(isName)) return false;
  const name = calleeName(call);
  if (name !== undefined && SCHEDULERS.has(name)) return true;
  const last = values.at(-1);
  return last !== undefined && CALLBACK.test(text(last, 'name') ?? text(child(last, 'property'), 'name') ?? '');
}

function calleeName(call: Node): string | undefined {
  const callee = child(call, 'callee');
  return callee?.type === 'MemberExpression' ? text(child(callee, 'property'), 'name') : text(callee, 'name');
}

function isName(node: Node): boolean {
  if (node.type === 'CallExpression') return calleeName(node) === 'bind';
  return node.type === 'Identifier' || node.type === 'MemberExpression';
}
