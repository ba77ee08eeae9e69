'use client';

import type { Message, SendResult, SessionStore } from '@fleetlm/client';
import { createContext, useContext, useMemo } from 'react';
import { toast } from 'sonner';

/** What can be done to lines of a conversation. */
export interface ConversationActions {
  /** False: the conversation takes nothing now (it is archived, or an answer is being written). */
  readonly canChange: boolean;
  /** The message whose tool calls wait for the user; null: none. */
  readonly answerableId: string | null;
  readonly regenerate: (answerId: string) => void;
  readonly beginEdit: (message: Message) => void;
  readonly approve: (messageId: string, approvalId: string, isApproved: boolean) => void;
}

const ActionsContext = createContext<ConversationActions | null>(null);

export const ConversationActionsProvider = ActionsContext.Provider;

/** Null where nothing can be done, such as in an earlier version. */
export function useConversationActions(): ConversationActions | null {
  return useContext(ActionsContext);
}

export function useActionsOf(
  store: SessionStore,
  canChange: boolean,
  answerableId: string | null,
  beginEdit: (message: Message) => void,
): ConversationActions {
  return useMemo(() => {
    const tell = (result: SendResult): void => {
      if (!result.ok) toast.error(result.error.message);
    };
    return {
      canChange,
      answerableId,
      beginEdit,
      regenerate: (answerId) => tell(store.regenerate(answerId)),
      approve: (messageId, approvalId, isApproved) =>
        tell(store.approve(messageId, approvalId, isApproved)),
    };
  }, [store, canChange, answerableId, beginEdit]);
}
