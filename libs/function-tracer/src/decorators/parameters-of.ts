import { child, children, isFunction, type Node, nodesBelow, text } from '../rewrite/node.ts';
import { parse } from '../rewrite/parse.ts';

export interface Parameter {
  readonly name: string;
  readonly isRest: boolean;
}

/** The parameters of a function, from its text; a destructured one has no name but its place. */
export function parametersOf(fn: object): Parameter[] {
  const source = Function.prototype.toString.call(fn);
  const found = firstFunction(`(${source})`) ?? firstFunction(`({${source}})`);
  return found === undefined ? [] : children(found, 'params').map(describe);
}

function firstFunction(source: string): Node | undefined {
  try {
    return findFunction(parse('function.js', source, 'unknown').program);
  } catch {
    return undefined; // Not this way of writing it, or a native function, which has no text.
  }
}

function findFunction(node: Node): Node | undefined {
  if (isFunction(node)) return node;
  for (const below of nodesBelow(node)) {
    const found = findFunction(below);
    if (found !== undefined) return found;
  }
  return undefined;
}

function describe(parameter: Node, index: number): Parameter {
  const isRest = parameter.type === 'RestElement';
  const target = child(parameter, 'argument') ?? child(parameter, 'left') ?? parameter;
  return { name: text(target, 'name') ?? `arg${index}`, isRest };
}
