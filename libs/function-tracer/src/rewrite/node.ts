import type { Tags } from './node-layouts.ts';
import { Node } from './syntax-tree.ts';

export { Node };

/** The child under a field, if it is one node. */
export function child({ tree, index }: Node, field: string): Node | undefined {
  return tree.nodeIn(index, field);
}

/** The children under a field that holds a list; holes are left out. */
export function children({ tree, index }: Node, field: string): readonly Node[] {
  return tree.nodesIn(index, field).map(found => tree.node(found));
}

/** Those of the children under a field that have one of the tags. */
export function childrenOfType({ tree, index }: Node, field: string, tags: Tags): readonly Node[] {
  const found = tree.nodesIn(index, field).filter(each => tags.has(tree.tagOf(each)));
  return found.map(each => tree.node(each));
}

const DIRECTIVE = 'directive';

/** The directives that a body begins with. */
export function directives(body: Node): readonly Node[] {
  const { tree } = body;
  if (tree.textOf(tree.firstIn(body.index, 'body'), DIRECTIVE) === undefined) return [];
  return children(body, 'body').filter(statement => text(statement, DIRECTIVE) !== undefined);
}

/** Every node directly below one, in the order of the text. */
export function nodesBelow({ tree, index }: Node): readonly Node[] {
  const found: Node[] = [];
  tree.visitChildren(index, {
    visit: each => {
      found.push(tree.node(each));
    },
  });
  return found;
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
