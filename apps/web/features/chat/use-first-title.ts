import { partsOf, type SessionView, textOfParts } from '@fleetlm/client';
import { automaticTitle } from '@fleetlm/protocol/session-title';
import { useEffect } from 'react';
import { isOwnMessage } from '@/common/own-message.ts';
import { plainText } from '@/common/plain-text.ts';
import { nameByFirstMessage } from '@/features/inbox/index.ts';
import type { ConversationNames } from './use-conversation-names.ts';

/** Conversations that were named by this page, or are being named. */
const named = new Set<string>();

/** A conversation without a name is called by its first message as soon as that is committed. */
export function useFirstTitle(
  sessionId: string,
  { messages, phase }: Pick<SessionView, 'messages' | 'phase'>,
  { title, isArchived }: Pick<ConversationNames, 'title' | 'isArchived'>,
  userId: string,
): void {
  const first = messages[0];
  const isNamedByIt =
    phase.status === 'ready' &&
    title === null &&
    !isArchived &&
    first?.seq === 1 &&
    first.kind === 'text' &&
    isOwnMessage(first, userId);
  const text = isNamedByIt ? automaticTitle(plainText(textOfParts(partsOf(first)))) : '';
  useEffect(() => {
    if (text === '' || named.has(sessionId)) return;
    named.add(sessionId);
    // A name is no reason to disturb anybody: it is tried again when the conversation is opened the next time.
    nameByFirstMessage(sessionId, text).catch(() => named.delete(sessionId));
  }, [sessionId, text]);
}
