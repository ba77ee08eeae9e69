import { groupOfSession } from '@fleetlm/protocol';
import { ok } from '../outcome.ts';
import { afterReadIndex } from './execute-read.ts';
import { type Done, type ExecutionPorts, notLeader, rejected, settle } from './execution.ts';
import type { OperationOf } from './operations.ts';

/** A node without a replica follows a topic here: from where it stands, or from what this replica has by now. */
export function executeFollow(
  operation: OperationOf<'follow'>,
  ports: ExecutionPorts,
  done: Done<'follow'>,
): void {
  const { group, subscriber, number, topic } = operation;
  // Up to date first: nothing is published that the follower has from another replica already.
  afterReadIndex(group, ports, done, () => {
    const followed = ports.feed.follow(subscriber, number, topic);
    done(
      followed === null
        ? rejected('overloaded', 'this node publishes too many topics to that one already')
        : ok({ nodeId: ports.self, followed }),
    );
  });
}

export function executeLiveAnswer(
  { sessionId }: OperationOf<'live-answer'>,
  ports: ExecutionPorts,
  done: Done<'live-answer'>,
): void {
  const group = groupOfSession(sessionId);
  if (group !== null && ports.isReadyLeader(group)) done(ok(ports.dispatch.liveAnswer(sessionId)));
  else done(notLeader(group === null ? 0 : ports.leaderOf(group)));
}

export function executeRelayedAnswer(
  { sessionId }: OperationOf<'relayed-answer'>,
  ports: ExecutionPorts,
  done: Done<'relayed-answer'>,
): void {
  settle(ports.feed.liveAnswer(sessionId), ports, done, (answer) => done(ok(answer)));
}
