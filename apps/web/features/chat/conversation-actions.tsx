'use client';

import type { ApprovalDecision, Message, SendResult, SessionStore } from '@fleetlm/client';
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
  /** False: nothing was sent. */
  readonly decide: (messageId: string, decisions: readonly ApprovalDecision[]) => boolean;
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
    const report = (result: SendResult): boolean => {
      if (!result.ok) toast.error(result.error.message);
      return result.ok;
    };
    return {
      canChange,
      answerableId,
      beginEdit,
      regenerate: (answerId) => report(store.regenerate(answerId)),
      decide: (messageId, decisions) => report(store.decide(messageId, decisions)),
    };
  }, [store, canChange, answerableId, beginEdit]);
}
