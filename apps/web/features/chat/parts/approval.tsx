'use client';

import type { ToolPart } from '@fleetlm/client';
import { Check, ShieldQuestion, X } from 'lucide-react';
import { Button } from '@/ui/button.tsx';
import { useConversationActions } from '../conversation-actions.tsx';

export interface ApprovalProps {
  readonly part: ToolPart;
  readonly toolName: string;
  /** The committed message that it is a part of; null: there is nothing to be answered (yet). */
  readonly messageId: string | null;
}

/** A tool that waits for a person: what it would do, and Allow or Deny. */
export function Approval({ part, toolName, messageId }: ApprovalProps) {
  const actions = useConversationActions();
  const { approval } = part;
  if (approval === undefined) return null;
  const isOvertaken = messageId !== null && actions !== null && actions.answerableId !== messageId;
  const isOpen = messageId !== null && actions?.canChange === true;
  const answer = (isApproved: boolean) => () => {
    if (messageId !== null) actions?.approve(messageId, approval.id, isApproved);
  };
  return (
    <section
      aria-label={`Approval of ${toolName}`}
      className="rounded-md border border-warn bg-surface p-3 text-sm"
    >
      <p className="flex items-center gap-2 font-medium">
        <ShieldQuestion size={16} aria-hidden className="shrink-0 text-warn" />
        May {toolName} be run?
      </p>
      {approval.requestReason !== undefined && (
        <p className="mt-1 text-muted">{approval.requestReason}</p>
      )}
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
        className="tabular mt-2 max-h-48 overflow-auto rounded bg-raised px-2.5 py-1.5 text-xs whitespace-pre-wrap"
      >
        {JSON.stringify(part.input ?? null, null, 2)}
      </pre>
      {isOvertaken ? (
        <p className="mt-2 text-muted">No longer open: the conversation has moved on.</p>
      ) : (
        <div className="mt-2 flex gap-2">
          <Button size="sm" variant="primary" disabled={!isOpen} onClick={answer(true)}>
            <Check size={14} aria-hidden /> Allow
          </Button>
          <Button size="sm" disabled={!isOpen} onClick={answer(false)}>
            <X size={14} aria-hidden /> Deny
          </Button>
        </div>
      )}
    </section>
  );
}
