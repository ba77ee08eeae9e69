import type { Element, ElementContent, Root, RootContent } from 'hast';
import { mathPlaces } from '../markdown/markdown-source.ts';

/** The element that stands for a formula until a component draws it. */
export const FORMULA_TAG = 'var';

/** Text within these is not math. */
const CODE: ReadonlySet<string> = new Set(['code', 'pre']);

/** Makes elements of the math in texts, its delimiters included. */
export function rehypeFormulas() {
  return (tree: Root): void => {
    tree.children = tree.children.flatMap((child) => withFormulas(child));
  };
}

function withFormulas<T extends RootContent | ElementContent>(node: T): (T | ElementContent)[] {
  if (node.type === 'text') return pieces(node.value) ?? [node];
  if (node.type === 'element' && !CODE.has(node.tagName))
    node.children = node.children.flatMap((child) => withFormulas(child));
  return [node];
}

/** Null: there is no math in the text. */
function pieces(text: string): ElementContent[] | null {
  const places = mathPlaces(text, false);
  if (places.length === 0) return null;
  const made: ElementContent[] = [];
  let at = 0;
  for (const { start, end, opener } of places) {
    if (start > at) made.push({ type: 'text', value: text.slice(at, start) });
    made.push(formula(text.slice(start, end), opener));
    at = end;
  }
  if (at < text.length) made.push({ type: 'text', value: text.slice(at) });
  return made;
}

function formula(source: string, opener: string): Element {
  const isDisplay = opener === '$$' || opener === '\\[';
  return {
    type: 'element',
    tagName: FORMULA_TAG,
    properties: isDisplay ? { className: ['display'] } : {},
    children: [{ type: 'text', value: source }],
  };
}
