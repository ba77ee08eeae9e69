import { type ComponentProps, memo, type ReactElement } from 'react';
import ReactMarkdown, { type Components } from 'react-markdown';
import { harden } from 'rehype-harden';
import remarkGfm from 'remark-gfm';
import { CodeBlock } from './code-block.tsx';
import { RecentMap } from './recent-map.ts';

/**
 * Text of agents is text: no HTML of theirs is drawn, links lead only to the web and say where, pictures from
 * elsewhere are not loaded (they would tell a stranger who reads what).
 */
const REHYPE_PLUGINS: ComponentProps<typeof ReactMarkdown>['rehypePlugins'] = [
  [
    harden,
    {
      allowedLinkPrefixes: ['*'],
      allowedImagePrefixes: [],
      linkBlockPolicy: 'text-only',
      imageBlockPolicy: 'text-only',
    },
  ],
];

const COMPONENTS: Components = {
  a: ({ href, children }) => (
    <a href={href} target="_blank" rel="noopener noreferrer" title={href}>
      {children}
    </a>
  ),
  pre: ({ children }) => <CodeBlock>{children}</CodeBlock>,
  table: ({ children }) => (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <div className="overflow-x-auto" tabIndex={0}>
      <table>{children}</table>
    </div>
  ),
};

/** A block costs milliseconds to parse; scrolled past again it is drawn from here. */
const PARSED_BLOCKS_MAX = 500;
const parsedBlocks = new RecentMap<string, ReactElement>(PARSED_BLOCKS_MAX);

/** Only for text that `isParsable`. */
export function parseMarkdown(text: string): ReactElement {
  // A function of its properties alone, without hooks: what it makes can be kept.
  return ReactMarkdown({
    remarkPlugins: [remarkGfm],
    rehypePlugins: REHYPE_PLUGINS ?? [],
    components: COMPONENTS,
    children: text,
  });
}

/** `isFinal`: its text does not change any more. */
export const MarkdownBlock = memo(function MarkdownBlock({
  text,
  isFinal,
}: {
  readonly text: string;
  readonly isFinal: boolean;
}) {
  return (
    <div className="block">
      {isFinal ? parsedBlocks.take(text, parseMarkdown) : parseMarkdown(text)}
    </div>
  );
});
