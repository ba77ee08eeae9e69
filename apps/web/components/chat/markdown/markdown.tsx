'use client';

import clsx from 'clsx';
import { useMemo } from 'react';
import { markdownBlocks } from '@/lib/markdown-blocks.ts';
import { MarkdownBlock } from './markdown-block.tsx';

export interface MarkdownProps {
  readonly text: string;
  readonly isStreaming: boolean;
}

/** Markdown that may still be written: each block is parsed when it changes, and only the last one does. */
export function Markdown({ text, isStreaming }: MarkdownProps) {
  const blocks = useMemo(() => markdownBlocks(text, isStreaming), [text, isStreaming]);
  return (
    <div className={clsx('prose-chat', isStreaming && 'is-streaming')}>
      {blocks.map((block, index) => (
        // Blocks only change at the end: their place is their identity.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <MarkdownBlock key={index} text={block} />
      ))}
    </div>
  );
}
