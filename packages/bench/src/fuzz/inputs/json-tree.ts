import { join, type Payload } from './payload.ts';

/** JSON that may hold what no JSON value can: keys twice, raw bytes, numbers beyond every range. */
export type Tree =
  | { readonly kind: 'raw'; readonly payload: Payload }
  | { readonly kind: 'array'; readonly items: readonly Tree[] }
  | { readonly kind: 'object'; readonly entries: readonly TreeEntry[] };
export type TreeEntry = readonly [key: Payload, value: Tree];

export function rawTree(payload: Payload): Tree {
  return { kind: 'raw', payload };
}

/** Of a JSON value. */
export function treeOf(value: unknown): Tree {
  if (Array.isArray(value)) return { kind: 'array', items: value.map(treeOf) };
  if (typeof value === 'object' && value !== null)
    return {
      kind: 'object',
      entries: Object.entries(value).map(([key, member]) => [JSON.stringify(key), treeOf(member)]),
    };
  return rawTree(JSON.stringify(value) ?? 'null');
}

export function treePayload(tree: Tree): Payload {
  const parts: Payload[] = [];
  write(tree, parts);
  return join(parts);
}

function write(tree: Tree, parts: Payload[]): void {
  switch (tree.kind) {
    case 'raw':
      parts.push(tree.payload);
      return;
    case 'array':
      parts.push('[');
      for (const [index, item] of tree.items.entries()) {
        if (index > 0) parts.push(',');
        write(item, parts);
      }
      parts.push(']');
      return;
    case 'object':
      parts.push('{');
      for (const [index, [key, member]] of tree.entries.entries()) {
        if (index > 0) parts.push(',');
        parts.push(key, ':');
        write(member, parts);
      }
      parts.push('}');
      return;
    default:
      tree satisfies never;
  }
}

/** Where a node of the tree is: indices from the root. */
export type TreePath = readonly number[];

/** All places, the root first. */
export function treePaths(tree: Tree, at: TreePath = []): readonly TreePath[] {
  const children = childrenOf(tree);
  return [at, ...children.flatMap((child, index) => treePaths(child, [...at, index]))];
}

export function childrenOf(tree: Tree): readonly Tree[] {
  if (tree.kind === 'array') return tree.items;
  return tree.kind === 'object' ? tree.entries.map(([, value]) => value) : [];
}

/** The tree with another one at a place; a place that is not there leaves it as it is. */
export function changeAt(tree: Tree, path: TreePath, change: (at: Tree) => Tree): Tree {
  const [index, ...rest] = path;
  if (index === undefined) return change(tree);
  if (tree.kind === 'array')
    return {
      kind: 'array',
      items: tree.items.map((item, at) => (at === index ? changeAt(item, rest, change) : item)),
    };
  if (tree.kind === 'object')
    return {
      kind: 'object',
      entries: tree.entries.map(([key, value], at) =>
        at === index ? [key, changeAt(value, rest, change)] : [key, value],
      ),
    };
  return tree;
}
