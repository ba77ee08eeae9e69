'use client';

import clsx from 'clsx';
import { startTransition, useContext, useEffect, useMemo, useState } from 'react';
import { FastScroll } from '../list/scroll-speed.ts';
import { LongText } from './long-text.tsx';
import { MarkdownBlock } from './markdown-block.tsx';
import { markdownBlocks } from './markdown-blocks.ts';

export interface MarkdownProps {
  readonly text: string;
  readonly isStreaming: boolean;
}

/** A message's markdown. One that comes into view while the list flies past is plain text until the list is calm. */
export function Markdown({ text, isStreaming }: MarkdownProps) {
  const isFast = useContext(FastScroll);
  const [isPlain, setIsPlain] = useState(isFast && !isStreaming);
  useEffect(() => {
    if (isPlain && !isFast) startTransition(() => setIsPlain(false));
  }, [isPlain, isFast]);
  return isPlain ? (
    <PlainText text={text} isStreaming={isStreaming} />
  ) : (
    <Blocks text={text} isStreaming={isStreaming} />
  );
}

function PlainText({ text, isStreaming }: MarkdownProps) {
  return (
    <div dir="auto" className="prose-chat is-plain whitespace-pre-wrap">
      <LongText text={text} isGrowing={isStreaming} />
    </div>
  );
}

/** Markdown that may still be written: each block is parsed when it changes, and only the last one does. */
function Blocks({ text, isStreaming }: MarkdownProps) {
  const blocks = useMemo(() => markdownBlocks(text, isStreaming), [text, isStreaming]);
  if (blocks === null) return <PlainText text={text} isStreaming={isStreaming} />;
  return (
    <div className={clsx('prose-chat', isStreaming && 'is-streaming')}>
      {blocks.map((block, index) => (
        <MarkdownBlock
          // Blocks only change at the end: their place is their identity.
          // biome-ignore lint/suspicious/noArrayIndexKey: see above
          key={index}
          text={block}
          isFinal={!isStreaming || index < blocks.length - 1}
        />
      ))}
    </div>
  );
}
