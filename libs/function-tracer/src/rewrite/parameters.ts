import { child, children, flag, type Node, text } from './node.ts';

/** A name that a pattern introduces. */
interface Binding {
  readonly name: string;
  /** The properties that its value is taken from, with dots, the outermost first. */
  readonly from: string;
}

/** The names that a parameter list binds, in order: `a, { b: [c] }, ...d` gives a, c, d. */
export function parameterNames(fn: Node): string[] {
  return parameterBindings(fn).map(({ name }) => name);
}

/**
 * What an object literal that holds them is written with. A value that is taken from a property of another name keeps
 * that name before a colon, as it may tell that the value is a secret: `a, { b: c }` gives `a` and `"b:c":c`.
 */
export function parameterMembers(fn: Node): string[] {
  return parameterBindings(fn).map(({ name, from }) =>
    from === '' || from === name ? name : `${JSON.stringify(`${from}:${name}`)}:${name}`,
  );
}

function parameterBindings(fn: Node): Binding[] {
  const bindings: Binding[] = [];
  for (const parameter of children(fn, 'params')) addBindings(parameter, '', bindings);
  return bindings;
}

/** Adds the names that a binding pattern introduces. */
export function addBoundNames(pattern: Node | undefined, names: string[]): void {
  const bindings: Binding[] = [];
  addBindings(pattern, '', bindings);
  for (const { name } of bindings) names.push(name);
}

function addBindings(pattern: Node | undefined, from: string, bindings: Binding[]): void {
  if (pattern === undefined) return;
  switch (pattern.type) {
    case 'Identifier': {
      const name = text(pattern, 'name') ?? '';
      if (name !== '' && name !== 'this') bindings.push({ name, from });
      break;
    }
    case 'AssignmentPattern':
      addBindings(child(pattern, 'left'), from, bindings);
      break;
    case 'RestElement':
      addBindings(child(pattern, 'argument'), from, bindings);
      break;
    case 'TSParameterProperty':
      addBindings(child(pattern, 'parameter'), from, bindings);
      break;
    case 'ArrayPattern':
      for (const element of children(pattern, 'elements')) addBindings(element, from, bindings);
      break;
    case 'ObjectPattern':
      for (const property of children(pattern, 'properties'))
        addBindings(child(property, 'value') ?? property, inside(from, property), bindings);
      break;
  }
}

function inside(from: string, property: Node): string {
  const key = flag(property, 'computed') ? undefined : child(property, 'key');
  const name = key === undefined ? '' : (text(key, 'name') ?? text(key, 'value') ?? '');
  return from === '' || name === '' ? from + name : `${from}.${name}`;
}
