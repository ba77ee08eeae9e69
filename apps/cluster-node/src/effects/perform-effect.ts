import type { Effect } from '@fleetlm/conversation';
import type { DeliveryLog } from './deliveries/delivery-log.ts';
import type { DispatchEngine } from './dispatch/index.ts';
import type { FailedRuns } from './failed-runs.ts';
import type { Feed } from './feed/feed.ts';

export interface Performers {
  readonly feed: Pick<Feed, 'messageCommitted' | 'dispatchChanged' | 'readMoved' | 'inboxChanged'>;
  readonly dispatch: Pick<DispatchEngine, 'dispatchChanged'>;
  readonly deliveries: Pick<DeliveryLog, 'dispatchChanged'>;
  readonly failedRuns: Pick<FailedRuns, 'record'>;
  /** A turn has exhausted its attempts. */
  readonly dispatchFailed: (sessionId: string, error: string) => void;
}

/**
 * What this node does about a committed command. Called within apply, on every replica and again when a log is
 * replayed: nothing here may wait, throw, or be needed for correctness.
 */
export function performEffect(effect: Effect, performers: Performers): void {
  const { feed, dispatch, deliveries, failedRuns, dispatchFailed } = performers;
  switch (effect.type) {
    case 'message-committed':
      feed.messageCommitted(effect.message);
      return;
    case 'dispatch-changed':
      feed.dispatchChanged(effect.sessionId, effect.dispatch);
      dispatch.dispatchChanged(effect.sessionId, effect.dispatch);
      deliveries.dispatchChanged(effect.sessionId, effect.dispatch);
      if (effect.dispatch.status === 'failed') {
        const { epoch, error } = effect.dispatch;
        failedRuns.record(effect.sessionId, epoch, error);
        dispatchFailed(effect.sessionId, error);
      }
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
