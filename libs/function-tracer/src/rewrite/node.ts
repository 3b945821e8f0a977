import { Node, NodeStack } from './syntax-tree.ts';

export { Node };

/** The child under a field, if it is one node. */
export function child({ tree, index }: Node, field: string): Node | undefined {
  return tree.nodeIn(index, field);
}

/** The children under a field that holds a list; holes are left out. */
export function children({ tree, index }: Node, field: string): readonly Node[] {
  return tree.nodesIn(index, field).map(found => tree.node(found));
}

/** Those of the children under a field that are of a type. */
export function childrenOfType({ tree, index }: Node, field: string, type: string): readonly Node[] {
  const found = tree.nodesIn(index, field).filter(each => tree.typeOf(each) === type);
  return found.map(each => tree.node(each));
}

/** The directives that a body begins with. */
export function directives({ tree, index }: Node): readonly Node[] {
  const statements = tree.nodesIn(index, 'body');
  const end = statements.findIndex(each => tree.textOf(each, 'directive') === undefined);
  return statements.slice(0, end === -1 ? undefined : end).map(each => tree.node(each));
}

/** Every node directly below one, in the order of the text. */
export function nodesBelow({ tree, index }: Node): readonly Node[] {
  const found = new NodeStack();
  tree.addChildren(index, found);
  return found.nodes.map(each => tree.node(each));
}

/** The text under a field, if there is any. */
export function text(node: Node | undefined, field: string): string | undefined {
  return node?.tree.textOf(node.index, field);
}

/** Whether a field says yes; false if there is no such field. */
export function flag({ tree, index }: Node, field: string): boolean {
  return tree.bitOf(index, field);
}

/** Functions that have a body; TypeScript's overloads and abstract methods have none. */
export function isFunction({ tree, index }: Node): boolean {
  return tree.isFunction(index);
}
