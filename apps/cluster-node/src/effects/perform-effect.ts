import type { Effect } from '@fleetlm/conversation';
import type { DispatchEngine } from './dispatch/index.ts';
import type { Feed } from './feed/feed.ts';

export interface Performers {
  readonly feed: Pick<Feed, 'messageCommitted' | 'dispatchChanged' | 'readMoved' | 'inboxChanged'>;
  readonly dispatch: Pick<DispatchEngine, 'dispatchChanged'>;
}

/**
 * What this node does about a committed command. Called within apply, on every replica and again when a log is
 * replayed: nothing here may wait, throw, or be needed for correctness.
 */
export function performEffect(effect: Effect, performers: Performers): void {
  const { feed, dispatch } = performers;
  switch (effect.type) {
    case 'message-committed':
      feed.messageCommitted(effect.message);
      return;
    case 'dispatch-changed':
      feed.dispatchChanged(effect.sessionId, effect.dispatch);
      dispatch.dispatchChanged(effect.sessionId, effect.dispatch);
      return;
    case 'read-moved':
      feed.readMoved(effect.sessionId, effect.lastReadSeq);
      return;
    case 'inbox-changed':
      feed.inboxChanged(effect.userId);
      return;
    default:
      effect satisfies never;
  }
}
