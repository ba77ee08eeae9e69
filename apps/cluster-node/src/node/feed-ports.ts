import { getSession, inboxChanges } from '@fleetlm/conversation';
import { groupOfSession, groupOfUser } from '@fleetlm/protocol';
import { v7 } from 'uuid';
import { notedAnswer } from '../effects/dispatch/index.ts';
import type { FeedPorts } from '../effects/feed/feed.ts';
import type { Groups } from '../groups/groups.ts';
import type { CallOutcome } from '../router/operations.ts';
import type { Router } from '../router/router.ts';

export interface FeedSources {
  /** Number of groups of conversations. */
  readonly groupCount: number;
  readonly groups: Groups;
  readonly router: Router;
  readonly castChunk: (frame: Uint8Array) => void;
  readonly onError: (error: unknown) => void;
}

/** Where the feed finds what its subscribers lack: in the groups here, or at a group's leader. */
export function feedPorts({
  groupCount,
  groups,
  router,
  castChunk,
  onError,
}: FeedSources): FeedPorts {
  return {
    inboxChanges: (userId, sinceVersion) => {
      const state = groups.state(groupOfUser(userId, groupCount));
      return state === null ? null : inboxChanges(state, userId, sinceVersion);
    },
    dispatchOf: (sessionId) => {
      const state = groups.state(groupOfSession(sessionId) ?? -1);
      return (state === null ? null : getSession(state, sessionId))?.dispatch ?? null;
    },
    noted: (sessionId) => {
      const state = groups.state(groupOfSession(sessionId) ?? -1);
      const session = state === null ? null : getSession(state, sessionId);
      const noted = session === null ? null : notedAnswer(session, v7);
      if (session === null || noted === null) return null;
      const { attempt, chunks, nextIndex } = noted;
      return { epoch: session.dispatch.epoch, attempt, chunks, nextIndex };
    },
    fetch: async (sessionId) => {
      const group = groupOfSession(sessionId);
      if (group === null) return null;
      const outcome = await new Promise<CallOutcome>((resolve) =>
        router.call(group, 'leader', { type: 'live-answer', sessionId }, resolve),
      );
      return outcome.status === 'done' && outcome.result.type === 'live-answer'
        ? outcome.result.answer
        : null;
    },
    castChunk,
    monotonicMs: () => performance.now(),
    onError,
  };
}
