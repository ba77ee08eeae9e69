import { findHead, getSession, inboxChanges } from '@fleetlm/conversation';
import { groupOfSession, groupOfUser, PAGE_BYTES_MAX, PAGE_LIMIT_MAX } from '@fleetlm/protocol';
import type { Mesh } from '@fleetlm/raft/mesh';
import { checkpointedAnswer } from '../effects/dispatch/index.ts';
import type { FeedPorts } from '../effects/feed/feed.ts';
import { encodeUnfollow } from '../effects/feed/follow-codec.ts';
import type { LiveAnswer } from '../effects/feed/live-answer.ts';
import type { Groups } from '../groups/groups.ts';
import { SESSION_ENVELOPE_BYTES_MAX } from '../limits.ts';
import type { OutcomeOf } from '../operations/operations.ts';
import type { Router } from '../router/router.ts';
import { newUuid } from '../uuid.ts';
import type { GroupLocator } from './group-locator.ts';
import { encodePublish, type PublishKind } from './reports/publish-frames.ts';

/** What changed in an inbox, in one event or one frame of the mesh; for more its readers begin afresh. */
const INBOX_CHANGES_SIZE = {
  limit: PAGE_LIMIT_MAX,
  bytesMax: PAGE_BYTES_MAX,
  envelopeBytes: SESSION_ENVELOPE_BYTES_MAX,
} as const;

export interface FeedSources {
  /** Number of groups of conversations. */
  readonly groupCount: number;
  readonly groups: Groups;
  readonly router: Router;
  readonly self: string;
  readonly locator: Pick<GroupLocator, 'holds' | 'otherHolders'>;
  readonly mesh: Pick<Mesh, 'send' | 'isConnected'>;
  readonly onError: (error: unknown) => void;
}

/** Where the feed finds what its subscribers lack: in the groups here, or at a group's leader. */
export function feedPorts({
  groupCount,
  groups,
  router,
  self,
  locator,
  mesh,
  onError,
}: FeedSources): FeedPorts {
  const send = (nodeId: string, kind: PublishKind, body: Uint8Array): boolean =>
    mesh.send(nodeId, 'publish', encodePublish(kind, body));
  return {
    inboxChanges: (userId, sinceVersion) => {
      const state = groups.state(groupOfUser(userId, groupCount));
      return state === null ? null : inboxChanges(state, userId, sinceVersion, INBOX_CHANGES_SIZE);
    },
    dispatchOf: (sessionId) => {
      const state = groups.state(groupOfSession(sessionId) ?? -1);
      return (state === null ? null : findHead(state, sessionId))?.dispatch ?? null;
    },
    checkpoint: (sessionId) => {
      const state = groups.state(groupOfSession(sessionId) ?? -1);
      const session = state === null ? null : getSession(state, sessionId);
      const checkpoint = session === null ? null : checkpointedAnswer(session, newUuid);
      if (session === null || checkpoint === null) return null;
      const { attempt, chunks, nextIndex } = checkpoint;
      return { epoch: session.dispatch.epoch, attempt, chunks, nextIndex };
    },
    fetch: async (sessionId) => answerOf(await router.request({ type: 'live-answer', sessionId })),
    self,
    holds: (group) => locator.holds(group),
    isConnected: (nodeId) => mesh.isConnected(nodeId),
    groupOf: (key) =>
      key.type === 'session' ? groupOfSession(key.sessionId) : groupOfUser(key.userId, groupCount),
    session: (sessionId) => {
      const state = groups.state(groupOfSession(sessionId) ?? -1);
      return state === null ? null : (getSession(state, sessionId) ?? findHead(state, sessionId));
    },
    follow: (group, number, topic, done) =>
      router.call({ type: 'follow', group, subscriber: self, number, topic }, (outcome) =>
        done(outcome.status === 'ok' ? outcome.value : null),
      ),
    unfollow: (nodeId, number) => void send(nodeId, 'unfollow', encodeUnfollow(number)),
    fetchFrom: async (nodeId, sessionId) =>
      answerOf(await router.ask(nodeId, { type: 'relayed-answer', sessionId })),
    sendChunk: (sessionId, frame) => {
      const group = groupOfSession(sessionId);
      for (const nodeId of group === null ? [] : locator.otherHolders(group))
        send(nodeId, 'chunk', frame);
    },
    sendEvent: (nodeId, frame) => send(nodeId, 'followed', frame),
    monotonicMs: () => performance.now(),
    onError,
  };
}

function answerOf(outcome: OutcomeOf<'live-answer'>): LiveAnswer | null {
  return outcome.status === 'ok' ? outcome.value : null;
}
