'use client';

import type { ApprovalDecision, ToolPart } from '@fleetlm/client';
import { Check, ShieldQuestion, X } from 'lucide-react';
import { useState } from 'react';
import { DENIAL_REASON_LENGTH_MAX } from '@/common/limits.ts';
import { Button } from '@/ui/button.tsx';
import { Field } from '@/ui/field.tsx';
import { Form } from '@/ui/form.tsx';
import { useConversationActions } from '../conversation-actions.tsx';
import { KeyValues } from './key-values.tsx';
import { toolTitle } from './tool-view.tsx';

export interface ApprovalsProps {
  /** Those of one message that are to be decided, in their order. */
  readonly parts: readonly ToolPart[];
  /** The committed message that they are of; null: there is nothing to be answered (yet). */
  readonly messageId: string | null;
}

/** Tool calls that wait for the user, all of a message on one card: what they would do, and Allow or Deny. */
export function Approvals({ parts, messageId }: ApprovalsProps) {
  const actions = useConversationActions();
  const isOvertaken = messageId !== null && actions !== null && actions.answerableId !== messageId;
  const isOpen = messageId !== null && actions?.canChange === true && !isOvertaken;
  const ids = parts.flatMap(({ approval }) => (approval === undefined ? [] : [approval.id]));
  // What is decided is drawn as decided at once, and is asked again should the cluster refuse it.
  const decide = (decisions: readonly ApprovalDecision[]): void => {
    if (messageId !== null) actions?.decide(messageId, decisions);
  };
  return (
    <div className="flex flex-col gap-3 rounded-xl border border-warn bg-surface p-4 text-sm shadow-float">
      {parts.length > 1 && (
        <header className="flex flex-wrap items-center justify-between gap-2">
          <p className="font-semibold">{parts.length} actions need your approval</p>
          {isOpen && (
            <Button
              size="sm"
              variant="primary"
              onClick={() => decide(ids.map((approvalId) => ({ approvalId, isApproved: true })))}
            >
              <Check size={14} aria-hidden /> Allow all {ids.length}
            </Button>
          )}
        </header>
      )}
      {parts.map((part) => (
        <Approval
          key={part.toolCallId}
          part={part}
          isOpen={isOpen}
          isOvertaken={isOvertaken}
          onDecide={(decision) => decide([decision])}
        />
      ))}
      {isOvertaken && <p className="text-muted">No longer open: the conversation has moved on.</p>}
    </div>
  );
}

interface ApprovalProps {
  readonly part: ToolPart;
  readonly isOpen: boolean;
  /** The user has written something else instead: nothing can be decided any more. */
  readonly isOvertaken: boolean;
  readonly onDecide: (decision: ApprovalDecision) => void;
}

function Approval({ part, isOpen, isOvertaken, onDecide }: ApprovalProps) {
  const [isDenying, setIsDenying] = useState(false);
  const { approval } = part;
  if (approval === undefined) return null;
  const name = toolTitle(part);
  return (
    <section
      aria-label={`Approval of ${name}`}
      className="flex flex-col gap-2 border-border [&+section]:border-t [&+section]:pt-3"
    >
      <p className="flex items-center gap-2 font-medium">
        <ShieldQuestion size={16} aria-hidden className="shrink-0 text-warn" />
        Allow “{name}”?
      </p>
      {approval.requestReason !== undefined && (
        <p className="text-muted">{approval.requestReason}</p>
      )}
      <KeyValues label="Input" value={part.input ?? {}} />
      {isOvertaken ? null : isDenying ? (
        <Denial
          isOpen={isOpen}
          onCancel={() => setIsDenying(false)}
          onDeny={(reason) =>
            onDecide({
              approvalId: approval.id,
              isApproved: false,
              ...(reason === '' ? {} : { reason }),
            })
          }
        />
      ) : (
        <div className="flex gap-2">
          <Button
            size="sm"
            variant="primary"
            disabled={!isOpen}
            onClick={() => onDecide({ approvalId: approval.id, isApproved: true })}
          >
            <Check size={14} aria-hidden /> Allow
          </Button>
          <Button size="sm" disabled={!isOpen} onClick={() => setIsDenying(true)}>
            <X size={14} aria-hidden /> Deny…
          </Button>
        </div>
      )}
    </section>
  );
}

/** The agent reads the reason, and may propose something better. */
function Denial({
  isOpen,
  onDeny,
  onCancel,
}: {
  readonly isOpen: boolean;
  readonly onDeny: (reason: string) => void;
  readonly onCancel: () => void;
}) {
  return (
    <Form
      onSend={(data) => onDeny(String(data.get('reason') ?? '').trim())}
      className="flex flex-col gap-2"
    >
      <Field
        label="Reason (optional)"
        name="reason"
        maxLength={DENIAL_REASON_LENGTH_MAX}
        hint="The agent reads it."
        autoComplete="off"
        autoFocus
      />
      <div className="flex gap-2">
        <Button type="submit" size="sm" variant="danger" disabled={!isOpen}>
          <X size={14} aria-hidden /> Deny
        </Button>
        <Button size="sm" variant="ghost" onClick={onCancel}>
          Cancel
        </Button>
      </div>
    </Form>
  );
}
