'use client';

import { isDataPart, isToolPart, type UiPart } from '@fleetlm/client';
import { useState } from 'react';
import { Button } from '@/ui/button.tsx';
import { Markdown } from '../markdown/markdown.tsx';
import { SHOWN_PARTS_MAX } from '../markdown/text-bounds.ts';
import { FileView } from './file-view.tsx';
import { Folded } from './folded.tsx';
import { ReasoningView } from './reasoning-view.tsx';
import { ToolView } from './tool-view.tsx';

export interface MessagePartsProps {
  readonly parts: readonly UiPart[];
  readonly isStreaming: boolean;
  /** The committed message that they are of; null: not one that can be answered. */
  readonly messageId: string | null;
}

/** The parts of an answer in their order. */
export function MessageParts({ parts, isStreaming, messageId }: MessagePartsProps) {
  const [shown, setShown] = useState(SHOWN_PARTS_MAX);
  // The newest are shown: the end of an answer is what one waits for.
  const first = Math.max(0, parts.length - shown);
  return (
    <div className="flex flex-col gap-2">
      {first > 0 && (
        <Button size="sm" onClick={() => setShown(shown + SHOWN_PARTS_MAX)}>
          Show more of {first} earlier parts
        </Button>
      )}
      {parts.slice(first).map((part, index) => (
        // Parts are only ever added at the end: their place is their identity.
        <PartView
          // biome-ignore lint/suspicious/noArrayIndexKey: see above
          key={first + index}
          part={part}
          isStreaming={isStreaming && first + index === parts.length - 1}
          messageId={messageId}
        />
      ))}
    </div>
  );
}

function PartView({
  part,
  isStreaming,
  messageId,
}: {
  readonly part: UiPart;
  readonly isStreaming: boolean;
  readonly messageId: string | null;
}) {
  if (isToolPart(part)) return <ToolView part={part} messageId={messageId} />;
  if (isDataPart(part))
    return (
      <Folded
        title={part.type.slice('data-'.length)}
        detail="data"
        body={JSON.stringify(part.data, null, 2)}
      />
    );
  switch (part.type) {
    case 'text':
      return <Markdown text={part.text} isStreaming={isStreaming} />;
    case 'reasoning':
      return <ReasoningView text={part.text} isStreaming={isStreaming} />;
    case 'source-url':
      return <SafeLink url={part.url} text={part.title ?? part.url} />;
    case 'source-document':
      return <p className="text-sm text-muted">Source: {part.title}</p>;
    case 'file':
    case 'reasoning-file':
      return <FileView file={part} />;
    case 'steering-message':
      return <Folded title="Said meanwhile" detail="" body={JSON.stringify(part.parts, null, 2)} />;
    // A provider's own bookkeeping (such as a summary that stands for older messages): nothing to read.
    case 'custom':
    case 'step-start':
      return null;
    default:
      return part satisfies never;
  }
}

/** Agents name addresses: only web addresses become links. */
function SafeLink({ url, text }: { readonly url: string; readonly text: string }) {
  if (!/^https?:\/\//i.test(url)) return <p className="text-sm text-muted">{text}</p>;
  return (
    <p className="text-sm">
      <a
        href={url}
        target="_blank"
        rel="noopener noreferrer"
        className="text-accent underline underline-offset-2"
      >
        {text}
      </a>
    </p>
  );
}
