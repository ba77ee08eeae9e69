'use client';

import { isDataPart, isToolPart, type ToolPart, type UiPart } from '@fleetlm/client';
import { TITLE_CHUNK_TYPE } from '@fleetlm/protocol/session-title';
import { useState } from 'react';
import { Button } from '@/ui/button.tsx';
import { Markdown } from '../markdown/markdown.tsx';
import { SHOWN_PARTS_MAX } from '../markdown/text-bounds.ts';
import { Approvals } from './approval.tsx';
import { FileView } from './file-view.tsx';
import { Folded } from './folded.tsx';
import { ReasoningView } from './reasoning-view.tsx';
import { Sources } from './sources.tsx';
import { ToolView } from './tool-view.tsx';

export interface MessagePartsProps {
  readonly parts: readonly UiPart[];
  readonly isStreaming: boolean;
  /** The committed message that they are of; null: not one that can be answered. */
  readonly messageId: string | null;
  /** How long the agent has reasoned; null: that is not known. */
  readonly reasoningMs?: number | null;
}

/** The parts of an answer in their order; what waits for the user and what it rests on stand together, each in one place. */
export function MessageParts({
  parts,
  isStreaming,
  messageId,
  reasoningMs = null,
}: MessagePartsProps) {
  const [shown, setShown] = useState(SHOWN_PARTS_MAX);
  // The newest are shown: the end of an answer is what one waits for.
  const first = Math.max(0, parts.length - shown);
  const drawn = parts.slice(first);
  const asking = drawn.filter(isAsking);
  const sources = drawn.filter(isSource);
  const isOneThought = parts.filter(({ type }) => type === 'reasoning').length === 1;
  return (
    <div className="flex flex-col gap-3">
      {first > 0 && (
        <Button size="sm" onClick={() => setShown(shown + SHOWN_PARTS_MAX)}>
          Show more of {first} earlier parts
        </Button>
      )}
      {drawn.map((part, index) =>
        isAsking(part) ? (
          part === asking[0] && <Approvals key="approvals" parts={asking} messageId={messageId} />
        ) : (
          // Parts are only ever added at the end: their place is their identity.
          <PartView
            // biome-ignore lint/suspicious/noArrayIndexKey: see above
            key={first + index}
            part={part}
            isStreaming={isStreaming && first + index === parts.length - 1}
            reasoningMs={isOneThought ? reasoningMs : null}
          />
        ),
      )}
      {sources.length > 0 && <Sources sources={sources} />}
    </div>
  );
}

function isAsking(part: UiPart): part is ToolPart {
  return isToolPart(part) && part.state === 'approval-requested';
}

function isSource(part: UiPart): part is Extract<UiPart, { type: `source-${string}` }> {
  return part.type === 'source-url' || part.type === 'source-document';
}

function PartView({
  part,
  isStreaming,
  reasoningMs,
}: {
  readonly part: UiPart;
  readonly isStreaming: boolean;
  readonly reasoningMs: number | null;
}) {
  if (isToolPart(part)) return <ToolView part={part} />;
  // The conversation is called by it.
  if (part.type === TITLE_CHUNK_TYPE) return null;
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
      return <ReasoningView text={part.text} isStreaming={isStreaming} ms={reasoningMs} />;
    case 'file':
    case 'reasoning-file':
      return <FileView file={part} />;
    case 'steering-message':
      return <Folded title="Said meanwhile" detail="" body={JSON.stringify(part.parts, null, 2)} />;
    // Sources stand below the text. A provider's own bookkeeping (such as a summary of older messages) is nothing to read.
    case 'source-url':
    case 'source-document':
    case 'custom':
    case 'step-start':
      return null;
    default:
      return part satisfies never;
  }
}
