import { type ComponentProps, memo, type ReactElement } from 'react';
import ReactMarkdown, { type Components } from 'react-markdown';
import { harden } from 'rehype-harden';
import remarkCjk from 'remark-cjk-friendly';
import remarkCjkStrikethrough from 'remark-cjk-friendly-gfm-strikethrough';
import remarkGfm from 'remark-gfm';
import { Formula } from '../math/formula.tsx';
import { FORMULA_TAG, rehypeFormulas } from '../math/rehype-formulas.ts';
import { remarkCjkAutolinks } from './cjk-autolinks.ts';
import { CodeBlock } from './code-block.tsx';
import { RecentMap } from './recent-map.ts';
import { rehypeDirection } from './rehype-direction.ts';
import { remarkLineBreaks } from './remark-line-breaks.ts';

/** One tilde is a range ("5~7mm"); two strike through. */
const TILDES = { singleTilde: false };

/** Emphasis and links end where Chinese, Japanese and Korean sentences end them. */
const REMARK_PLUGINS: ComponentProps<typeof ReactMarkdown>['remarkPlugins'] = [
  [remarkGfm, TILDES],
  remarkCjk,
  [remarkCjkStrikethrough, TILDES],
  remarkCjkAutolinks,
  remarkLineBreaks,
];

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
  rehypeDirection,
  rehypeFormulas,
];

const COMPONENTS: Components = {
  a: ({ href, children }) => (
    <a href={href} target="_blank" rel="noopener noreferrer" title={href}>
      {children}
    </a>
  ),
  [FORMULA_TAG]: ({ children, className }) => (
    <Formula source={String(children)} isDisplay={className === 'display'} />
  ),
  pre: ({ children }) => <CodeBlock>{children}</CodeBlock>,
  table: ({ children, dir }) => (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <div className="scroll-edges [--edge-ground:var(--bg)]" tabIndex={0}>
      <table dir={dir}>{children}</table>
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
    remarkPlugins: REMARK_PLUGINS ?? [],
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
