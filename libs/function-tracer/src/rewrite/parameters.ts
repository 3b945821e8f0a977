import { child, children, type Node, text } from './node.ts';

/** The names that a parameter list binds, in order: `a, { b: [c] }, ...d` gives a, c, d. */
export function parameterNames(fn: Node): string[] {
  return children(fn, 'params')
    .flatMap(boundNames)
    .filter(name => name !== 'this');
}

/** The names that a binding pattern introduces. */
export function boundNames(pattern: Node): string[] {
  switch (pattern.type) {
    case 'Identifier':
      return [text(pattern, 'name') ?? ''].filter(name => name !== '');
    case 'AssignmentPattern':
      return within(child(pattern, 'left'));
    case 'RestElement':
      return within(child(pattern, 'argument'));
    case 'TSParameterProperty':
      return within(child(pattern, 'parameter'));
    case 'ArrayPattern':
      return children(pattern, 'elements').flatMap(boundNames);
    case 'ObjectPattern':
      return children(pattern, 'properties').flatMap(property =>
        property.type === 'RestElement' ? boundNames(property) : within(child(property, 'value')),
      );
    default:
      return [];
  }
}

function within(pattern: Node | undefined): string[] {
  return pattern === undefined ? [] : boundNames(pattern);
}
