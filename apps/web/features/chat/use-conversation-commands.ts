import type { SessionStore, SessionView } from '@fleetlm/client';
import { useEffect, useMemo } from 'react';
import type { Command } from '@/common/commands.ts';
import { letterKey } from '@/common/keys.ts';
import { useOfferedCommands } from '@/ui/hooks/use-offered-commands.ts';

export interface ConversationDeeds {
  readonly find: () => void;
  readonly showUnread: () => void;
  /** Null: there is no answer to be stopped. */
  readonly stop: (() => void) | null;
  /** Null: there is none that could be asked for again. */
  readonly askAgain: (() => void) | null;
  readonly markRead: () => void;
}

/** What can be done in the conversation by name; and by Shift+U, which goes to the first unread message. */
export function useConversationCommands(deeds: ConversationDeeds): void {
  const { find, showUnread, stop, askAgain, markRead } = deeds;
  const offered = useMemo(() => {
    const list: Command[] = [
      { slash: 'find', name: 'Find in this conversation', scope: 'conversation', act: find },
      { slash: 'unread', name: 'Go to the first unread', scope: 'conversation', act: showUnread },
      { slash: 'read', name: 'Mark as read', scope: 'conversation', act: markRead },
    ];
    if (stop !== null)
      list.unshift({ slash: 'stop', name: 'Stop the answer', scope: 'conversation', act: stop });
    if (askAgain !== null) {
      const name = 'Ask for another answer';
      list.unshift({ slash: 'again', name, scope: 'conversation', act: askAgain });
    }
    return list;
  }, [find, showUnread, stop, askAgain, markRead]);
  useOfferedCommands(offered);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || letterKey(event) !== 'U') return;
      // In the list of conversations the same letter is about one of them.
      if (event.target instanceof Element && event.target.closest('[data-pane="2"]') !== null)
        return;
      event.preventDefault();
      showUnread();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [showUnread]);
}

/** The newest message is an answer that may be asked for again; null: it is not. */
export function answerToAskAgain(view: SessionView, canChange: boolean): string | null {
  const last = view.messages.at(-1);
  return canChange && last?.kind === 'assistant' ? last.id : null;
}

/** By hand: up to the newest message that is here. */
export function markAllRead(store: SessionStore, view: SessionView): void {
  const last = view.messages.at(-1);
  if (last !== undefined) store.markRead(last.seq);
}
