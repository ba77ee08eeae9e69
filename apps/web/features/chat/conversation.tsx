'use client';

import {
  answerableId,
  type FilePart,
  isBusy,
  type Message,
  partsOf,
  type Row,
  textOfParts,
} from '@fleetlm/client';
import { useFleetClient, useSession } from '@fleetlm/client/react';
import { createParser, useQueryState } from 'nuqs';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { toast } from 'sonner';
import { isOwnMessage } from '@/common/own-message.ts';
import { Composer, type Edited } from './composer/composer.tsx';
import { ConnectionBanner } from './connection-banner.tsx';
import { ConversationActionsProvider, useActionsOf } from './conversation-actions.tsx';
import { ConversationHeader } from './conversation-header.tsx';
import { ConversationRefused, ConversationSkeleton } from './conversation-states.tsx';
import { SessionFeedbackProvider } from './feedback/session-feedback.tsx';
import { FindBar } from './find/find-bar.tsx';
import { useFind } from './find/use-find.ts';
import { AgentNotice } from './list/agent-notice.tsx';
import { LiveStatus } from './list/live-status.tsx';
import { MessageList, type MessagePlaces } from './list/message-list.tsx';
import { UnreadBar } from './list/unread-bar.tsx';
import { useShowUnread } from './list/use-show-unread.ts';
import { useUnreadDivider } from './list/use-unread-divider.ts';
import { FileSourceProvider } from './parts/file-source.ts';
import {
  answerToAskAgain,
  markAllRead,
  useConversationCommands,
} from './use-conversation-commands.ts';
import { useConversationNames } from './use-conversation-names.ts';
import { useFirstTitle } from './use-first-title.ts';
import { useReadCursor } from './use-read-cursor.ts';
import { useRejoinWhenGone } from './use-rejoin-when-gone.ts';

export interface ConversationProps {
  readonly sessionId: string;
  readonly userId: string;
}

/** One conversation: its messages, the answer in progress, and the composer. */
export function Conversation({ sessionId, userId }: ConversationProps) {
  const { store, view, rows, needsOlder } = useSession(sessionId);
  const { files } = useFleetClient();
  const source = useMemo(
    () => ({ link: (blobId: string) => files.link(sessionId, blobId) }),
    [files, sessionId],
  );
  const [isAtEnd, setIsAtEnd] = useState(true);
  const divider = useUnreadDivider(view);
  // What is no more has no name either.
  const session = view.phase.status === 'refused' ? null : view.session;
  const names = useConversationNames(sessionId, session);
  const { agentName } = names;
  const isReplying = isBusy(view.agent);
  const isArchived = names.isArchived;
  const startSeq = useStartSeq();
  useReadCursor(store, view, isAtEnd);
  useRejoinWhenGone(sessionId, store);
  useFirstTitle(sessionId, view, names, userId);

  const stop = useCallback(async () => {
    const error = await store.stop();
    if (error !== null) toast.error(`The answer could not be stopped: ${error.message}`);
  }, [store]);
  useEscapeToStop(isReplying, stop);

  const [edited, setEdited] = useState<Edited | null>(null);
  const beginEdit = useCallback((message: Message) => setEdited(editedOf(message)), []);
  const asking = useMemo(() => answerableId(rows, userId), [rows, userId]);
  const actions = useActionsOf(store, !isReplying && !isArchived, asking, beginEdit);
  const places = useRef<MessagePlaces>(null);
  const show = useCallback((seq: number) => places.current?.showSeq(seq), []);
  const find = useFind(store, view, rows, show);
  const showUnread = useShowUnread(store, view, divider.afterSeq, places);
  const markRead = useCallback(() => markAllRead(store, view), [store, view]);
  const answerId = answerToAskAgain(view, actions.canChange);
  useConversationCommands({
    find: find.open,
    showUnread,
    markRead,
    stop: useMemo(() => (isReplying ? () => void stop() : null), [isReplying, stop]),
    askAgain: useMemo(
      () => (answerId === null ? null : () => actions.regenerate(answerId)),
      [answerId, actions],
    ),
  });
  const editLast = (): boolean => {
    const last = isReplying ? null : lastOwn(rows, userId);
    if (last !== null) beginEdit(last);
    return last !== null;
  };

  const send = useCallback(
    (text: string, attached: readonly FilePart[]) => {
      const content = contentOf(text, attached);
      const result = edited === null ? store.send(content) : store.edit(edited.messageId, content);
      if (!result.ok) toast.error(result.error.message);
      else {
        divider.clear();
        setEdited(null);
      }
      return result.ok;
    },
    [store, divider.clear, edited],
  );

  const { phase } = view;
  return (
    <section aria-label={`Conversation with ${agentName}`} className="flex h-full flex-col">
      <ConversationHeader sessionId={sessionId} names={names} agent={view.agent} />
      <ConnectionBanner />
      <FindBar find={find} onClose={() => places.current?.focus()} />
      <UnreadBar view={view} onShow={showUnread} onMarkRead={markRead} />
      {phase.status === 'loading' && rows.length === 0 && <ConversationSkeleton />}
      {phase.status === 'refused' && (
        <ConversationRefused error={phase.error} onRetry={() => store.rejoin()} />
      )}
      {(phase.status === 'ready' || (phase.status === 'loading' && rows.length > 0)) && (
        <SessionFeedbackProvider sessionId={sessionId}>
          <ConversationActionsProvider value={actions}>
            <FileSourceProvider value={source}>
              <MessageList
                places={places}
                store={store}
                view={view}
                rows={rows}
                needsOlder={needsOlder}
                startSeq={startSeq}
                userId={userId}
                agentName={agentName}
                unreadAfterSeq={divider.afterSeq}
                onAtEndChange={setIsAtEnd}
              />
            </FileSourceProvider>
          </ConversationActionsProvider>
        </SessionFeedbackProvider>
      )}
      {phase.status !== 'refused' && <LiveStatus store={store} view={view} agentName={agentName} />}
      <AgentNotice store={store} agent={view.agent} agentName={agentName} />
      {phase.status !== 'refused' && (
        <Composer
          sessionId={sessionId}
          agentName={agentName}
          isReplying={isReplying}
          isArchived={isArchived}
          edited={edited}
          onCancelEdit={() => setEdited(null)}
          onEditLast={editLast}
          onSend={send}
          onStop={stop}
        />
      )}
    </section>
  );
}

/** Words alone are `text`; with files they are parts, as the AI SDK has them. */
function contentOf(text: string, files: readonly FilePart[]) {
  if (files.length === 0) return { text };
  const words = text === '' ? [] : [{ type: 'text', text }];
  return { parts: [...words, ...files] };
}

function editedOf(message: Message): Edited {
  return { messageId: message.id, seq: message.seq, text: textOfParts(partsOf(message)) };
}

function lastOwn(rows: readonly Row[], userId: string): Message | null {
  const last = rows.findLast((row) => row.type === 'message' && isOwnMessage(row.message, userId));
  return last?.type === 'message' && last.message.kind === 'text' ? last.message : null;
}

const SEQ = createParser({
  parse: (text) => (/^\d{1,9}$/.test(text) ? Number(text) : null),
  serialize: String,
});

/** `?at=41`: begin at message 41, as the search links to it. */
function useStartSeq(): number | null {
  return useQueryState('at', SEQ)[0];
}

/** Escape stops the answer, unless a dialog or a menu is open: then it closes that. */
function useEscapeToStop(isReplying: boolean, stop: () => Promise<void>): void {
  useEffect(() => {
    if (!isReplying) return;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing) return;
      if (document.querySelector('[role="dialog"], [role="menu"]') !== null) return;
      event.preventDefault();
      void stop();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [isReplying, stop]);
}
