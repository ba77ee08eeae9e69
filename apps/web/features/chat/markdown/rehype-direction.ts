import type { Element, ElementContent, Root, RootContent } from 'hast';

/** Blocks that have a direction of their own. */
const BLOCKS: ReadonlySet<string> = new Set(
  'blockquote h1 h2 h3 h4 h5 h6 li ol p table td th ul'.split(' '),
);
const CODE: ReadonlySet<string> = new Set(['code', 'pre']);

/** The first letter with a direction; Hebrew, Arabic and their neighbours run from right to left. */
const STRONG = /[\p{L}\p{Nl}]/u;
const RIGHT_TO_LEFT =
  /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFF\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;

export type Direction = 'ltr' | 'rtl';

export function directionOf(text: string): Direction | null {
  const [letter] = STRONG.exec(text) ?? [];
  if (letter === undefined) return null;
  return RIGHT_TO_LEFT.test(letter) ? 'rtl' : 'ltr';
}

/**
 * Gives every block the direction of its first strong letter, and code left to right. `dir=auto` would not do: it skips the items of
 * a list that have a direction, so that markers and padding would stand on the wrong side.
 */
export function rehypeDirection() {
  return (tree: Root): void => {
    for (const child of tree.children) setDirection(child);
  };
}

/** Sets it here and below; the answer is that of the first letter found. */
function setDirection(node: RootContent | ElementContent): Direction | null {
  if (node.type === 'text') return directionOf(node.value);
  if (node.type !== 'element') return null;
  if (CODE.has(node.tagName)) {
    if (node.tagName === 'code') node.properties.dir = 'ltr';
    for (const child of node.children) setDirection(child);
    return null;
  }
  let first: Direction | null = null;
  for (const child of node.children) {
    const direction = setDirection(child);
    first ??= direction;
  }
  if (BLOCKS.has(node.tagName)) setDir(node, first);
  return first;
}

function setDir(element: Element, direction: Direction | null): void {
  if (direction !== null) element.properties.dir = direction;
}
