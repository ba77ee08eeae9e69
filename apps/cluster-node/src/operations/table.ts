import { groupOfSession } from '@fleetlm/protocol';
import { SYSTEM_GROUP } from '../membership/placement.ts';
import { ok } from '../outcome.ts';
import {
  executeBlobUsage,
  executeListBlobs,
  executeReadBlob,
  executeRemoveBlobs,
  executeStoreBlob,
} from './execute-blobs.ts';
import { executeChangeGroup, executeReplica, executeTransfer } from './execute-change.ts';
import {
  executeAppend,
  executeMarkRead,
  executeRetry,
  executeSession,
  executeStop,
} from './execute-command.ts';
import { executeAgentNodeStats, executeRecentDeliveries } from './execute-deliveries.ts';
import { executeFlush } from './execute-flush.ts';
import { executeFollow, executeLiveAnswer, executeRelayedAnswer } from './execute-follow.ts';
import { executeGetSession, executeListSessions, executeReadMessages } from './execute-read.ts';
import { executeAgentChange, executeHold, executeRegistry, executeSkip } from './execute-system.ts';
import { type Attempt, attempting, DONE, type Done, type ExecutionPorts } from './execution.ts';
import { OPERATIONS, type Operation, type OperationOf, type OperationType } from './operations.ts';

interface Entry<T extends OperationType> {
  readonly by: (typeof OPERATIONS)[T]['by'];
  readonly request: (typeof OPERATIONS)[T]['request'];
  readonly result: (typeof OPERATIONS)[T]['result'];
  /** The group that decides about it; null: none does, or there is no such group. */
  readonly group: (operation: OperationOf<T>) => number | null;
  readonly execute: (operation: OperationOf<T>, ports: ExecutionPorts, done: Done<T>) => void;
}

const ofSession = ({ sessionId }: { readonly sessionId: string }): number | null =>
  groupOfSession(sessionId);
const named = ({ group }: { readonly group: number }): number => group;
const system = (): number => SYSTEM_GROUP;
const none = (): null => null;

const session = { group: ofSession, execute: executeSession };
const registration = { group: system, execute: executeAgentChange };

/** One row per operation: where it is executed, its schemas, its group, and what executes it. */
export const OPERATION_TABLE: { readonly [T in OperationType]: Entry<T> } = {
  'create-session': { ...OPERATIONS['create-session'], ...session },
  append: { ...OPERATIONS.append, group: ofSession, execute: executeAppend },
  'mark-read': { ...OPERATIONS['mark-read'], group: ofSession, execute: executeMarkRead },
  'archive-session': { ...OPERATIONS['archive-session'], ...session },
  'erase-session': { ...OPERATIONS['erase-session'], ...session },
  'update-session': { ...OPERATIONS['update-session'], ...session },
  'retry-dispatch': { ...OPERATIONS['retry-dispatch'], group: ofSession, execute: executeRetry },
  'stop-answer': { ...OPERATIONS['stop-answer'], group: ofSession, execute: executeStop },
  'live-answer': { ...OPERATIONS['live-answer'], group: ofSession, execute: executeLiveAnswer },
  'relayed-answer': { ...OPERATIONS['relayed-answer'], group: none, execute: executeRelayedAnswer },
  follow: { ...OPERATIONS.follow, group: named, execute: executeFollow },
  'get-session': { ...OPERATIONS['get-session'], group: ofSession, execute: executeGetSession },
  'list-sessions': { ...OPERATIONS['list-sessions'], group: named, execute: executeListSessions },
  'read-messages': {
    ...OPERATIONS['read-messages'],
    group: ofSession,
    execute: executeReadMessages,
  },
  'create-agent': { ...OPERATIONS['create-agent'], ...registration },
  'patch-agent': { ...OPERATIONS['patch-agent'], ...registration },
  'rotate-secret': { ...OPERATIONS['rotate-secret'], ...registration },
  'delete-agent': { ...OPERATIONS['delete-agent'], ...registration },
  registry: { ...OPERATIONS.registry, group: system, execute: executeRegistry },
  'skip-entry': { ...OPERATIONS['skip-entry'], group: system, execute: executeSkip },
  'change-hold': { ...OPERATIONS['change-hold'], group: system, execute: executeHold },
  'change-group': {
    ...OPERATIONS['change-group'],
    group: ({ change }) => change.group,
    execute: executeChangeGroup,
  },
  'open-replica': { ...OPERATIONS['open-replica'], group: none, execute: executeReplica },
  'close-replica': { ...OPERATIONS['close-replica'], group: none, execute: executeReplica },
  'transfer-group': { ...OPERATIONS['transfer-group'], group: named, execute: executeTransfer },
  'snapshot-group': {
    ...OPERATIONS['snapshot-group'],
    group: none,
    execute: ({ group }, ports, done) => {
      ports.snapshotGroup(group);
      done(DONE);
    },
  },
  'group-stall': {
    ...OPERATIONS['group-stall'],
    group: none,
    execute: ({ group }, { stallOf }, done) => done(ok(stallOf(group))),
  },
  flush: { ...OPERATIONS.flush, group: none, execute: executeFlush },
  'agent-node-stats': {
    ...OPERATIONS['agent-node-stats'],
    group: none,
    execute: executeAgentNodeStats,
  },
  'recent-deliveries': {
    ...OPERATIONS['recent-deliveries'],
    group: none,
    execute: executeRecentDeliveries,
  },
  'node-metrics': {
    ...OPERATIONS['node-metrics'],
    group: none,
    execute: ({ range, afterMs }, { nodeMetrics }, done) => done(ok(nodeMetrics(range, afterMs))),
  },
  'store-blob': { ...OPERATIONS['store-blob'], group: none, execute: executeStoreBlob },
  'read-blob': { ...OPERATIONS['read-blob'], group: none, execute: executeReadBlob },
  'list-blobs': { ...OPERATIONS['list-blobs'], group: none, execute: executeListBlobs },
  'blob-usage': { ...OPERATIONS['blob-usage'], group: none, execute: executeBlobUsage },
  'remove-blobs': { ...OPERATIONS['remove-blobs'], group: none, execute: executeRemoveBlobs },
};

/** The group that decides about an operation; null: none, or there is no such group. */
export function groupOf<T extends OperationType>(
  type: T,
  operation: OperationOf<T>,
): number | null {
  return OPERATION_TABLE[type].group(operation);
}

/**
 * Executes an operation on this node, for a client of this node or for another node. `done` is called exactly once,
 * whatever is thrown meanwhile.
 */
export function executeOperation(
  operation: Operation,
  ports: ExecutionPorts,
  done: (attempt: Attempt) => void,
): void {
  let isDone = false;
  const once = (attempt: Attempt): void => {
    if (isDone) return;
    isDone = true;
    done(attempt);
  };
  attempting(ports, once, () => execute(operation.type, operation, ports, once))();
}

function execute<T extends OperationType>(
  type: T,
  operation: OperationOf<T>,
  ports: ExecutionPorts,
  done: (attempt: Attempt) => void,
): void {
  OPERATION_TABLE[type].execute(operation, ports, done);
}
