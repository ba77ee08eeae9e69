import { groupOfSession } from '@fleetlm/protocol';
import { SYSTEM_GROUP } from '../membership/placement.ts';
import { executeChangeGroup, executeReplica } from './execute-change.ts';
import { executeCommand, executeStop } from './execute-command.ts';
import { executeAgentFigures, executeRecentDeliveries } from './execute-deliveries.ts';
import { executeFollow, executeToldAnswer } from './execute-follow.ts';
import { executeGetSession, executeListSessions, executeReadMessages } from './execute-read.ts';
import { executeSystemCommand } from './execute-system.ts';
import {
  attempting,
  DONE,
  type Done,
  type ExecutionPorts,
  notLeader,
  rejected,
  settle,
} from './execution.ts';
import type { Operation } from './operations.ts';

/** The group that decides about an operation; null: it concerns the node that it is sent to. */
export function groupOf(operation: Operation): number | null {
  switch (operation.type) {
    case 'append':
    case 'create-session':
    case 'mark-read':
    case 'archive-session':
    case 'erase-session':
    case 'update-session':
    case 'retry-dispatch':
    case 'stop-answer':
    case 'live-answer':
    case 'get-session':
    case 'read-messages':
      return groupOfSession(operation.sessionId);
    case 'list-sessions':
    case 'transfer-group':
    case 'follow':
      return operation.group;
    case 'create-agent':
    case 'patch-agent':
    case 'rotate-secret':
    case 'registry':
    case 'skip-entry':
      return SYSTEM_GROUP;
    case 'change-group':
      return operation.change.group;
    case 'snapshot-group':
    case 'group-stall':
    case 'flush':
    case 'agent-figures':
    case 'recent-deliveries':
    case 'told-answer':
    case 'open-replica':
    case 'close-replica':
    case 'node-metrics':
      return null;
    default:
      return operation satisfies never;
  }
}

/**
 * Carries an operation out on this node, for a client of this node or for another node. `done` is called exactly once,
 * whatever is thrown meanwhile.
 */
export function executeOperation(operation: Operation, ports: ExecutionPorts, done: Done): void {
  let isDone = false;
  const once: Done = (attempt) => {
    if (isDone) return;
    isDone = true;
    done(attempt);
  };
  attempting(ports, once, () => execute(operation, ports, once))();
}

function execute(operation: Operation, ports: ExecutionPorts, done: Done): void {
  switch (operation.type) {
    case 'append':
    case 'create-session':
    case 'mark-read':
    case 'archive-session':
    case 'erase-session':
    case 'update-session':
    case 'retry-dispatch':
      executeCommand(operation, ports, done);
      return;
    case 'stop-answer':
      executeStop(operation.sessionId, ports, done);
      return;
    case 'live-answer':
      executeLiveAnswer(operation.sessionId, ports, done);
      return;
    case 'told-answer':
      executeToldAnswer(operation.sessionId, ports, done);
      return;
    case 'follow':
      executeFollow(operation, ports, done);
      return;
    case 'get-session':
      executeGetSession(operation.sessionId, ports, done);
      return;
    case 'list-sessions':
      executeListSessions(operation, ports, done);
      return;
    case 'read-messages':
      executeReadMessages(operation, ports, done);
      return;
    case 'create-agent':
    case 'patch-agent':
    case 'rotate-secret':
    case 'registry':
    case 'skip-entry':
      executeSystemCommand(operation, ports, done);
      return;
    case 'change-group':
      executeChangeGroup(operation, ports, done);
      return;
    case 'open-replica':
    case 'close-replica':
      executeReplica(operation, ports, done);
      return;
    case 'transfer-group':
      if (!ports.isReadyLeader(operation.group)) {
        done(notLeader(ports.leaderOf(operation.group)));
        return;
      }
      ports.transferLeadership(operation.group, operation.to);
      done(DONE);
      return;
    case 'snapshot-group':
      ports.snapshotGroup(operation.group);
      done(DONE);
      return;
    case 'group-stall': {
      const stall = ports.stallOf(operation.group);
      done({ status: 'done', result: { type: 'stall', stall } });
      return;
    }
    case 'flush':
      executeFlush(ports, done);
      return;
    case 'agent-figures':
      executeAgentFigures(operation.agentId, ports, done);
      return;
    case 'recent-deliveries':
      executeRecentDeliveries(operation, ports, done);
      return;
    case 'node-metrics': {
      const metrics = ports.nodeMetrics(operation.range, operation.afterMs);
      done({ status: 'done', result: { type: 'node-metrics', metrics } });
      return;
    }
    default:
      operation satisfies never;
  }
}

function executeLiveAnswer(sessionId: string, ports: ExecutionPorts, done: Done): void {
  const group = groupOfSession(sessionId);
  if (group === null || !ports.isReadyLeader(group)) {
    done(notLeader(group === null ? 0 : ports.leaderOf(group)));
    return;
  }
  const answer = ports.dispatch.liveAnswer(sessionId);
  done({ status: 'done', result: { type: 'live-answer', answer } });
}

function executeFlush(ports: ExecutionPorts, done: Done): void {
  settle(ports.flusher.flushNow(), ports, done, (pass) => {
    if (pass.status === 'flushed')
      done({ status: 'done', result: { type: 'flushed', rows: pass.rows } });
    else done(rejected('archive_unavailable', pass.error));
  });
}
