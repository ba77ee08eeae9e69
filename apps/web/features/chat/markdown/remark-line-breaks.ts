import type { Parents, Root } from 'mdast';

const LINE_BREAK = /^<br\s*\/?>$/i;

/** `<br>` breaks the line, as cells of tables need it; all other HTML of an agent is text. */
export function remarkLineBreaks() {
  return (tree: Root): void => breakLines(tree);
}

function breakLines(parent: Parents): void {
  for (const [at, child] of parent.children.entries()) {
    if (child.type === 'html' && LINE_BREAK.test(child.value.trim()))
      parent.children[at] =
        parent.type === 'root'
          ? { type: 'paragraph', children: [{ type: 'break' }] }
          : { type: 'break' };
    else if ('children' in child) breakLines(child);
  }
}
