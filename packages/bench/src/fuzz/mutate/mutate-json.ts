import { between, pick } from '../../torture/seeded-random.ts';
import {
  changeAt,
  childrenOf,
  rawTree,
  type Tree,
  type TreeEntry,
  treePaths,
  treePayload,
} from '../inputs/json-tree.ts';
import { bytesOf, type Payload, payloadSize } from '../inputs/payload.ts';
import { hostileValue, ODD_KEYS } from './hostile-values.ts';

type Change = (tree: Tree, random: () => number) => Tree;

const replaceValue: Change = (_tree, random) => rawTree(hostileValue(random));

const dropChild: Change = (tree, random) => {
  const at = childIndex(tree, random);
  if (tree.kind === 'object') return { ...tree, entries: tree.entries.filter((_, i) => i !== at) };
  if (tree.kind === 'array') return { ...tree, items: tree.items.filter((_, i) => i !== at) };
  return rawTree('null');
};

const repeatKey: Change = (tree, random) => {
  if (tree.kind !== 'object') return replaceValue(tree, random);
  const [key] = tree.entries[childIndex(tree, random)] ?? ['"a"'];
  return withEntry(tree.entries, [key, rawTree(hostileValue(random))], random);
};

const addOddKey: Change = (tree, random) =>
  tree.kind === 'object'
    ? withEntry(tree.entries, [pick(ODD_KEYS, random), rawTree(hostileValue(random))], random)
    : replaceValue(tree, random);

const repeatItems: Change = (tree, random) => {
  if (tree.kind !== 'array') return replaceValue(tree, random);
  const one = tree.items[childIndex(tree, random)];
  const times = pick([2, 100, 10_000, 50_000], random);
  const item = one === undefined ? 'null' : treePayload(one);
  return rawTree({
    concat: ['[', { repeat: { concat: [item, ','] }, times: times - 1 }, item, ']'],
  });
};

const wrap: Change = (tree, random) =>
  random() < 0.5
    ? { kind: 'array', items: [tree] }
    : { kind: 'object', entries: [['"value"', tree]] };

const CHANGES: readonly Change[] = [
  replaceValue,
  replaceValue,
  replaceValue,
  dropChild,
  repeatKey,
  addOddKey,
  repeatItems,
  wrap,
];

/** More than any edge takes; changes of changes would come to gigabytes. */
export const MUTANT_BYTES_MAX = 9 * 1024 * 1024;

/** One to three changes of a valid value, each at a place of its own. */
export function mutateTree(tree: Tree, random: () => number): Tree {
  let changed = tree;
  for (let count = between(1, 3, random); count > 0; count -= 1) {
    const path = pick(treePaths(changed), random);
    const change = pick(CHANGES, random);
    const next = changeAt(changed, path, (at) => change(at, random));
    if (payloadSize(treePayload(next)) <= MUTANT_BYTES_MAX) changed = next;
  }
  return changed;
}

/** What else may be wrong with a document: cut off, followed or preceded by something, in another encoding. */
export function mutateDocument(document: Payload, random: () => number): Payload {
  switch (between(0, 7, random)) {
    case 0:
      return { concat: [bytesOf(0xef, 0xbb, 0xbf), document] };
    case 1:
      return { concat: [document, ' ', document] };
    case 2:
      return { concat: [document, bytesOf(0)] };
    case 3:
      return { concat: [{ repeat: ' ', times: pick([10, 100_000, 500_000], random) }, document] };
    case 4:
      return typeof document === 'string'
        ? document.slice(0, between(0, document.length, random))
        : { concat: ['{', document] };
    case 5:
      return typeof document === 'string'
        ? { base64: Buffer.from(document, 'utf16le').toString('base64') }
        : document;
    default:
      return document;
  }
}

function withEntry(entries: readonly TreeEntry[], entry: TreeEntry, random: () => number): Tree {
  return { kind: 'object', entries: random() < 0.5 ? [entry, ...entries] : [...entries, entry] };
}

function childIndex(tree: Tree, random: () => number): number {
  return between(0, Math.max(0, childrenOf(tree).length - 1), random);
}
