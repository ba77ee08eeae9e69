import type { DispatchState, Effect } from '@fleetlm/conversation';
import { expect, test } from 'vitest';
import { type Performers, performEffect } from './perform-effect.ts';

const SESSION = '7f-01J8ZZZZZZZZZZZZZZZZZZZZZZ';

/** What the performers are called for, in order. */
function performed(effect: Effect): readonly string[] {
  const calls: string[] = [];
  const note = (name: string) => (): void => void calls.push(name);
  const performers: Performers = {
    feed: {
      messageCommitted: note('feed.messageCommitted'),
      dispatchChanged: note('feed.dispatchChanged'),
      readMoved: note('feed.readMoved'),
      inboxChanged: note('feed.inboxChanged'),
    },
    dispatch: { dispatchChanged: note('dispatch.dispatchChanged') },
    deliveries: { dispatchChanged: note('deliveries.dispatchChanged') },
    failedRuns: {
      record: (sessionId, epoch, error) => calls.push(`failedRuns ${sessionId} ${epoch} ${error}`),
    },
    dispatchFailed: (sessionId, error) => calls.push(`dispatchFailed ${sessionId} ${error}`),
  };
  performEffect(effect, performers);
  return calls;
}

const CHANGED = ['feed.dispatchChanged', 'dispatch.dispatchChanged', 'deliveries.dispatchChanged'];
const failed: DispatchState = { status: 'failed', epoch: 2, attempt: 3, error: 'refused' };

test.each<[Effect, readonly string[]]>([
  [{ type: 'read-moved', sessionId: SESSION, userId: 'alice', lastReadSeq: 4 }, ['feed.readMoved']],
  [
    { type: 'inbox-changed', userId: 'alice', sessionId: SESSION, version: 2 },
    ['feed.inboxChanged'],
  ],
  [
    { type: 'dispatch-changed', sessionId: SESSION, dispatch: { status: 'idle', epoch: 2 } },
    CHANGED,
  ],
  [
    { type: 'dispatch-changed', sessionId: SESSION, dispatch: failed },
    [...CHANGED, `failedRuns ${SESSION} 2 refused`, `dispatchFailed ${SESSION} refused`],
  ],
])('performs the effect %j', (effect, calls) => {
  expect(performed(effect)).toEqual(calls);
});
