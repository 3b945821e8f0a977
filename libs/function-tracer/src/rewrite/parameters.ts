import { child, children, type Node, text } from './node.ts';

/** The names that a parameter list binds, in order: `a, { b: [c] }, ...d` gives a, c, d. */
export function parameterNames(fn: Node): string[] {
  const names: string[] = [];
  for (const parameter of children(fn, 'params')) addBoundNames(parameter, names);
  return names.filter(name => name !== 'this');
}

/** Adds the names that a binding pattern introduces. */
export function addBoundNames(pattern: Node | undefined, names: string[]): void {
  if (pattern === undefined) return;
  switch (pattern.type) {
    case 'Identifier': {
      const name = text(pattern, 'name') ?? '';
      if (name !== '') names.push(name);
      break;
    }
    case 'AssignmentPattern':
      addBoundNames(child(pattern, 'left'), names);
      break;
    case 'RestElement':
      addBoundNames(child(pattern, 'argument'), names);
      break;
    case 'TSParameterProperty':
      addBoundNames(child(pattern, 'parameter'), names);
      break;
    case 'ArrayPattern':
      for (const element of children(pattern, 'elements')) addBoundNames(element, names);
      break;
    case 'ObjectPattern':
      for (const property of children(pattern, 'properties'))
        addBoundNames(child(property, 'value') ?? property, names);
      break;
  }
}
