import { afterReadIndex } from './execute-read.ts';
import { type Done, type ExecutionPorts, rejected, settle } from './execution.ts';
import type { Operation } from './operations.ts';

/** A node without a replica follows a topic here: from where it stands, or from what this replica has by now. */
export function executeFollow(
  operation: Extract<Operation, { type: 'follow' }>,
  ports: ExecutionPorts,
  done: Done,
): void {
  const { group, subscriber, number, topic } = operation;
  // Up to date first: nothing is told that the follower has heard from another replica already.
  afterReadIndex(group, ports, done, () => {
    const followed = ports.feed.follow(subscriber, number, topic);
    done(
      followed === null
        ? rejected('overloaded', 'this node tells that one of too many topics already')
        : { status: 'done', result: { type: 'followed', nodeId: ports.self, followed } },
    );
  });
}

export function executeToldAnswer(sessionId: string, ports: ExecutionPorts, done: Done): void {
  settle(ports.feed.liveAnswer(sessionId), ports, done, (answer) =>
    done({ status: 'done', result: { type: 'live-answer', answer } }),
  );
}
